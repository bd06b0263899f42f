/**
 * Headers of packets as views: nothing is copied, setters write into the packet. `parse` returns `undefined` for what
 * is malformed and never throws, and no view reads behind the bytes that it was made of.
 *
 * @module packet
 */
export { ArpPacket, arpOperation } from './arp.js'
export { checksumOfPseudoHeader, internetChecksum, updatedChecksum, updatedChecksumOf } from './checksum.js'
export { EthernetFrame, type VlanTag } from './ethernet.js'
export type { Carrier } from './header.js'
export { IcmpMessage, Icmpv6Message, icmpType, icmpv6Type } from './icmp.js'
export { parseIp } from './ip.js'
export { Ipv4Packet } from './ipv4.js'
export { type Ipv6Extension, type Ipv6Fragment, Ipv6Packet } from './ipv6.js'
export { etherType, ipProtocol } from './protocol.js'
export { type TcpOption, TcpSegment, tcpFlag } from './tcp.js'
export { UdpDatagram } from './udp.js'
