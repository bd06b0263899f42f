import type { Payload } from '../../src/netlink/bytes.js'
import { withoutNames } from '../../src/netlink/codec.js'
import { text } from '../../src/netlink/scalars.js'
import { attributesOf } from './golden.js'

/** Bytes of struct ifinfomsg. */
export const ifinfomsgSize = 16
const IFLA_LINKINFO = 18
const IFLA_AF_SPEC = 26

const peerAt1 = new Map([[1, (range: Payload) => attributesOf(range.slice(range.start + ifinfomsgSize))]])

/** The attributes of a kind that hold others. */
const inner: Readonly<Record<string, ReadonlyMap<number, (range: Payload) => string[]>>> = {
  bond: new Map([8, 31].map((type) => [type, (range) => attributesOf(range)])),
  macvlan: new Map([[5, (range) => attributesOf(range)]]),
  netkit: peerAt1,
  veth: peerAt1,
  vxcan: peerAt1,
  vlan: new Map([3, 4].map((type) => [type, (range) => attributesOf(range)])),
}

// No key is told as key 0 without the bit that makes it count, and a version of ERSPAN is told to all of GRE over IPv6.
const noKeys = ['4: 00000000', '5: 00000000']
const meaningless: Readonly<Record<string, readonly string[]>> = {
  ip6gre: [...noKeys, '22: 01'],
  ip6gretap: [...noKeys, '22: 01'],
}

/** IFLA_LINKINFO; `ip` leaves out the zero behind the kind. */
function linkInfoOf(range: Payload): string[] {
  let kind = ''
  const kindOf = (name: Payload): string[] => {
    kind = text(32).decode(name, withoutNames)
    return [kind]
  }
  attributesOf(range, new Map([[1, kindOf]]))
  const data = (options: Payload): string[] =>
    attributesOf(options, inner[kind]).filter((attribute) => !meaningless[kind]?.includes(attribute))
  const found = attributesOf(
    range,
    new Map([
      [1, kindOf],
      [2, data],
      [4, kindOf],
      [5, data],
    ]),
  )
  // `ip` calls the master's kind bridge_slave where we say IFLA_INFO_SLAVE_KIND; net/core/rtnetlink.c takes both.
  return found.map((attribute) => attribute.replace(/^1: \{ (\w+)_slave \}$/, '4: { $1 }'))
}

/** IFLA_AF_SPEC. */
const familySettingsOf = (range: Payload): string[] =>
  attributesOf(range, new Map([[10, (settings: Payload) => attributesOf(settings)]]))

/** How to read the attributes of a link that hold others. */
export const nestedInLinks: ReadonlyMap<number, (range: Payload) => string[]> = new Map([
  [IFLA_LINKINFO, linkInfoOf],
  [IFLA_AF_SPEC, familySettingsOf],
])
