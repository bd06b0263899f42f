import { parseMac } from '../ip/mac.js'
import { linkKind } from '../rtnetlink/kinds/registry.js'
import { peerOf } from '../rtnetlink/pair.js'
import type { Path } from './pointer.js'
import type { Report } from './report.js'
import type { LinkSpec } from './types.js'

/** include/uapi/linux/if_ether.h, ETH_ALEN */
const ethernetBytes = 6

/** What is wrong with the MAC addresses of a link and of the other end of its pair. */
export function macProblems(link: LinkSpec, at: Path, report: Report): void {
  const { kind: name, mac } = link
  const kind = name === undefined ? undefined : linkKind(name)
  if (!kind?.ethernet) return
  // A bond of InfiniBand devices has an address as long as theirs.
  const anyLength = kind.hasPorts === true && !kind.ethernetPorts
  ownMacProblem(mac, anyLength, [...at, 'mac'], report)
  ownMacProblem(peerOf(link)?.mac, anyLength, [...at, kind.kind, 'peer', 'mac'], report)
}

/** include/linux/etherdevice.h, is_valid_ether_addr */
function ownMacProblem(mac: string | undefined, anyLength: boolean, at: Path, report: Report): void {
  const bytes = mac === undefined ? undefined : parseMac(mac)
  if (!bytes) return
  const [first = 0] = bytes
  if (bytes.every((byte) => byte === 0)) report(at, `${mac} is the MAC address of nobody`)
  else if (first & 1) report(at, `${mac} is the MAC address of a group: the first byte of a link's own is even`)
  else if (!anyLength) lengthProblem(mac, bytes, at, report)
}

/** What is wrong with an address of Ethernet. */
export function ethernetProblem(mac: string, at: Path, report: Report): void {
  const bytes = parseMac(mac)
  if (bytes) lengthProblem(mac, bytes, at, report)
}

function lengthProblem(mac: string | undefined, { length }: Uint8Array, at: Path, report: Report): void {
  if (length !== ethernetBytes) report(at, `an Ethernet address has ${ethernetBytes} bytes, ${mac} has ${length}`)
}
