/** What other programs and iproute2's own messages call the properties of a spec, where the two words are not alike. */
const words: ReadonlyMap<string, readonly string[]> = new Map([
  ['to', ['dst', 'destination']],
  ['via', ['gateway', 'gw', 'nextHopAddress', 'next-hop-address']],
  ['dev', ['device', 'interface', 'nextHopInterface', 'next-hop-interface']],
  ['table', ['lookup', 'tableId', 'table-id', 'routeTable', 'route-table']],
  ['priority', ['pref', 'preference']],
  ['fwmark', ['mark']],
  ['nexthopId', ['nhid']],
  ['mac', ['lladdr', 'macAddress', 'macaddress', 'mac-address']],
  ['kind', ['type']],
  ['master', ['controller']],
  ['links', ['interfaces', 'ethernets']],
  ['rules', ['routingPolicy', 'routing-policy']],
  ['miiInterval', ['miimon', 'miiMonitorInterval', 'mii-monitor-interval']],
])

/** The property that is called otherwise elsewhere, if it is one of the known ones. */
export function meantByOtherWord(word: string, known: readonly string[]): string | undefined {
  return known.find((property) => words.get(property)?.includes(word))
}
