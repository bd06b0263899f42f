import type { ConfineSpec, MasqueradeSpec, PortForwardSpec } from '../../../src/spec/firewallTypes.js'
import type { Spec } from '../../../src/spec/types.js'
import { macOf, numberOf } from './slots.js'

/** Packets whose source address is translated: all of it names it. */
export interface MasqueradeItem {
  readonly from: string
  readonly out: string | undefined
}

/** A forwarded port; `to` is a property, the rest names it. */
export interface ForwardItem {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  readonly family: 'inet' | 'inet6'
  readonly in: string | undefined
  readonly isForOne: boolean
  readonly to: number
}

/** The part of a network that is about translated addresses. */
export interface NatItems {
  readonly masquerades: readonly MasqueradeItem[]
  readonly forwards: readonly ForwardItem[]
}

/** How many there are to choose from. */
export const confinementCount = 8

/** What the guest behind a link may do; the addresses of each link are its own. */
export function confinementOf(slot: string, place: number): ConfineSpec {
  const number = numberOf(slot)
  const mac = macOf(slot, 0x77)
  const [ipv4, other, ipv6] = [`10.${number}.0.77`, `10.${number}.0.78`, `fd00:${number}::77`]
  const all: readonly ConfineSpec[] = [
    { mac },
    { mac, addresses: [ipv4] },
    { addresses: [ipv4, ipv6], isolated: true },
    { mac, addresses: [other, ipv6], host: [{ protocol: 'udp', port: 53 }, { protocol: 'icmp' }], isolated: true },
    { addresses: [other], host: [], egress: { packets: 500 } },
    { ingress: { bits: 100_000_000, packets: 2000 } },
    { mac, addresses: [ipv6], host: [{ protocol: 'tcp' }], ingress: { bits: 8_000_000 }, egress: { bits: 80_000_000 } },
    { mac: macOf(slot, 0x78), addresses: [ipv4, other], isolated: true, egress: { bits: 80_000_000, packets: 9000 } },
  ]
  return all[place] ?? { mac }
}

function masqueradeSpec({ from, out }: MasqueradeItem): MasqueradeSpec {
  return { from, ...(out === undefined ? {} : { out }) }
}

function forwardName({ protocol, port, family, in: link, isForOne }: ForwardItem): Omit<PortForwardSpec, 'to'> {
  return {
    protocol,
    port,
    ...(link === undefined ? {} : { in: link }),
    ...(isForOne ? { address: family === 'inet' ? '10.77.0.1' : 'fd77::1' } : {}),
  }
}

function forwardSpec(item: ForwardItem): PortForwardSpec {
  const to =
    item.family === 'inet'
      ? [`10.78.0.1:${item.port}`, '10.78.0.2:80', '10.78.0.3']
      : ['[fd78::1]:80', 'fd78::2', 'fd78::3']
  return { ...forwardName(item), to: to[item.to] ?? '' }
}

/** What names each. */
export const natKeys = {
  masquerade: ({ from, out = '' }: MasqueradeItem): string => `${from} ${out}`,
  forward: ({ protocol, port, family, in: link = '', isForOne }: ForwardItem): string =>
    `${protocol} ${port} ${family} ${link} ${isForOne}`,
}

/** Translated addresses as a spec says them; nothing where there are none. */
export function natSpec({ masquerades, forwards }: NatItems): Pick<Spec, 'nat'> {
  if (masquerades.length + forwards.length === 0) return {}
  return { nat: { masquerade: masquerades.map(masqueradeSpec), portForward: forwards.map(forwardSpec) } }
}

/** The same as wishes for their absence. */
export function natAbsent({ masquerades, forwards }: NatItems): Pick<Spec, 'nat'> {
  const absent = true
  return {
    nat: {
      masquerade: masquerades.map((one) => ({ ...masqueradeSpec(one), absent })),
      portForward: forwards.map((one) => ({ ...forwardSpec(one), absent })),
    },
  }
}

/** What `nft` shows, a line a chain or a set. */
export function firewallLines(shown: string): string[] {
  const lines: string[] = []
  let table = ''
  for (const part of shown.split(/^(?=table |\t\w+ .*\{$)/m)) {
    const text = part.replaceAll(/\s+/g, ' ').trim()
    if (text.startsWith('table ')) table = text.replace(/ \{.*/, '')
    if (part.includes('type nat')) lines.push(...natLines(part).map((line) => `firewall ${table}: ${line}`))
    else if (text !== '') lines.push(`firewall ${table}: ${text.replace(/( \})+$/, '')}`)
  }
  return lines
}

/** The rules of a chain whose order says nothing among those that are as narrow as each other. */
function natLines(chain: string): string[] {
  const lines = chain
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== '}')
  const widths = lines.filter((line) => line.includes('port-forward')).map(widthOf)
  const isInOrder = widths.every((width, index) => width >= (widths[index - 1] ?? 0))
  return [...lines.sort(), ...(isInOrder ? [] : ['a wide rule before a narrow one'])]
}

/** The narrowest are for one address on one link. */
function widthOf(rule: string): number {
  return (/comment .* in /.test(rule) ? 0 : 1) + (/comment .* address /.test(rule) ? 0 : 2)
}
