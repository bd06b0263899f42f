import { familyOf } from '../../ip/address.js'
import { allAddresses } from '../../state/firewall/confinementSets.js'
import type { FirewallEntry } from '../../state/firewall/desiredFirewall.js'
import type { Confinement, Masquerade, PortForward } from '../../state/firewall/firewall.js'

/**
 * The `nft` commands that would do what an entry says, in tables that have their chains and sets already.
 * @param isThere whether an entry of that name is to be changed
 */
export function firewallCommands(table: string, entries: readonly FirewallEntry[], isThere: boolean): string[] {
  if (entries.length === 0) return [`# write table ${table} anew`]
  return entries.flatMap((entry) => [
    ...(isThere && entry.value !== undefined ? entryCommands(table, { kind: entry.kind, key: entry.key }) : []),
    ...entryCommands(table, entry),
  ])
}

function entryCommands(table: string, entry: FirewallEntry): string[] {
  if (entry.kind === 'masquerade') return natCommand(table, 'natPostrouting', entry.key, entry.value, masqueradeRule)
  if (entry.kind === 'portForward') return natCommand(table, 'natPrerouting', entry.key, entry.value, portForwardRule)
  return confinementCommands(table, entry.key, entry.value)
}

function natCommand<T>(
  table: string,
  chain: string,
  key: string,
  value: T | undefined,
  rule: (value: T) => string,
): string[] {
  if (value === undefined) return [`nft delete rule inet ${table} ${chain} handle …  # ${key}`]
  return [`nft add rule inet ${table} ${chain} ${rule(value)}`]
}

function ipWord(address: string): 'ip' | 'ip6' {
  return familyOf(address.replace(/\/.*/, '')) === 'inet' ? 'ip' : 'ip6'
}

function masqueradeRule({ from, out }: Masquerade): string {
  const word = ipWord(from)
  const leaves = out === undefined ? `${word} daddr != ${from}` : `oifname "${out}"`
  return `${word} saddr ${from} ${leaves} masquerade`
}

function portForwardRule({ protocol, port, to, toPort, in: link, address }: PortForward): string {
  const word = ipWord(to)
  return [
    ...(link === undefined ? [] : [`iifname "${link}"`]),
    ...(address === undefined ? [] : [`${word} daddr ${address}`]),
    `${protocol} dport ${port} dnat ${word} to ${word === 'ip6' ? `[${to}]` : to}:${toPort}`,
  ].join(' ')
}

function confinementCommands(table: string, link: string, value: Confinement | undefined): string[] {
  if (!value) return [`# take ${link} out of the sets of table ${table}`]
  const add = (set: string, element: string): string => `nft add element inet ${table} ${set} '{ ${element} }'`
  const { mac, addresses, host, isolated, ingress, egress } = value
  const limits = [
    ['ingressBits', ingress?.bits === undefined ? undefined : `rate over ${ingress.bits / 8} bytes/second`],
    ['ingressPackets', ingress?.packets === undefined ? undefined : `rate over ${ingress.packets}/second`],
    ['egressBits', egress?.bits === undefined ? undefined : `rate over ${egress.bits / 8} bytes/second`],
    ['egressPackets', egress?.packets === undefined ? undefined : `rate over ${egress.packets}/second`],
  ] as const
  return [
    ...(mac === undefined ? [] : [add('macs', `"${link}" . ${mac}`)]),
    ...(addresses ? [add('addressLinks', `"${link}"`)] : []),
    ...allAddresses(value).map((one) =>
      add(familyOf(one) === 'inet' ? 'addresses4' : 'addresses6', `"${link}" . ${one}`),
    ),
    ...(isolated
      ? allAddresses(value).map((one) => add(familyOf(one) === 'inet' ? 'isolated4' : 'isolated6', one))
      : []),
    ...(host ?? []).flatMap(({ protocol, port }) =>
      allAddresses(value).map((one) => {
        const family = familyOf(one) === 'inet' ? '4' : '6'
        return port === undefined
          ? add(`hostProtocols${family}`, `${one} . ${protocol}`)
          : add(`hostPorts${family}`, `${one} . ${protocol} . ${port}`)
      }),
    ),
    ...limits.flatMap(([set, limit]) =>
      limit === undefined
        ? []
        : [`nft add limit inet ${table} ${set}.${link} '{ ${limit} }'`, add(set, `"${link}" : "${set}.${link}"`)],
    ),
  ]
}
