import { familyOf } from '../../ip/address.js'
import type { ConfineSpec } from '../../spec/firewallTypes.js'

/** Packets of a prefix that leave get the address of the link that they leave by. */
export interface Masquerade {
  /** The prefix, canonical. */
  readonly from: string
  /** The link that they leave by; left out for any, as long as they leave the prefix. */
  readonly out?: string
}

/** Connections to a port of this host that go on to another one. */
export interface PortForward {
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly port: number
  /** Where they go, an address. */
  readonly to: string
  readonly toPort: number
  /** The link that they come in by; left out for any. */
  readonly in?: string
  /** The address of this host that they are for; left out for any. */
  readonly address?: string
}

/** What the guest behind a link may do: addresses canonical and in order, rates in whole bytes. */
export type Confinement = ConfineSpec

/** What the tables of one owner do. */
export interface Firewall {
  /** By what names each. */
  readonly masquerades: ReadonlyMap<string, Masquerade>
  readonly portForwards: ReadonlyMap<string, PortForward>
  /** By link. */
  readonly confinements: ReadonlyMap<string, Confinement>
}

/** No table at all. */
export const noFirewall: Firewall = { masquerades: new Map(), portForwards: new Map(), confinements: new Map() }

/** What names a masquerade. */
export function masqueradeKey({ from, out }: Masquerade): string {
  return `${from}${out === undefined ? '' : ` out ${out}`}`
}

/** What names a forwarded port; where it goes is its property, and its family is that of where it goes. */
export function portForwardKey({ protocol, port, to, in: link, address }: PortForward): string {
  return [
    `${protocol} ${port}`,
    ...(familyOf(to) === 'inet6' ? ['inet6'] : []),
    ...(link === undefined ? [] : [`in ${link}`]),
    ...(address === undefined ? [] : [`address ${address}`]),
  ].join(' ')
}
