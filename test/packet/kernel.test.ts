// Checksums judged by the kernel: it counts what it takes, and what it drops for its checksum.
import test from 'ava'
import fc from 'fast-check'
import {
  IcmpMessage,
  Icmpv6Message,
  Ipv4Packet,
  Ipv6Packet,
  ipProtocol,
  TcpSegment,
  UdpDatagram,
} from '../../src/packet/index.js'
import { openTun } from '../../src/tuntap/index.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'

/** Counters of /proc/net/snmp (two lines a protocol) and /proc/net/snmp6, such as `Udp.NoPorts` and `Udp6NoPorts`. */
function counters(namespace: TestNamespace): Map<string, number> {
  const found = new Map<string, number>()
  const lines = namespace.sh('cat /proc/net/snmp').trim().split('\n')
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const [names = [], values = []] = [lines[index]?.split(/[: ]+/), lines[index + 1]?.split(/[: ]+/)]
    for (const [column, name] of names.entries())
      if (column > 0) found.set(`${names[0]}.${name}`, Number(values[column]))
  }
  for (const line of namespace.sh('cat /proc/net/snmp6').trim().split('\n')) {
    const [name = '', value] = line.split(/\s+/)
    found.set(name, Number(value))
  }
  return found
}

const address = (family: 4 | 6, last: number): Uint8Array =>
  family === 4 ? Uint8Array.of(10, 0, 0, last) : Uint8Array.of(0xfd, ...new Uint8Array(14), last)

interface Sample {
  readonly family: 4 | 6
  readonly protocol: 'udp' | 'tcp' | 'icmp'
  readonly data: Uint8Array
}

/** A packet from the far side of the device to this one. */
function packetOf({ family, protocol, data }: Sample): Uint8Array {
  const headers = family === 4 ? 20 : 40
  const size = protocol === 'tcp' ? 20 : 8
  const bytes = new Uint8Array(headers + size + data.length)
  bytes.set(data, headers + size)
  const number = protocol === 'icmp' ? (family === 4 ? ipProtocol.icmp : ipProtocol.icmpv6) : ipProtocol[protocol]
  const fields = { source: address(family, 2), destination: address(family, 1), protocol: number }
  const ip = family === 4 ? Ipv4Packet.create(bytes, fields) : Ipv6Packet.create(bytes, fields)
  const { payload } = ip
  if (protocol === 'udp') UdpDatagram.create(payload, { sourcePort: 1, destinationPort: 9 }).setChecksum(ip)
  else if (protocol === 'tcp') {
    // A reset, which nobody answers.
    payload.set([0, 1, 0, 9, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 4])
    TcpSegment.parse(payload)?.setChecksum(ip)
  } else {
    payload[0] = family === 4 ? 8 : 128
    if (family === 4) IcmpMessage.parse(payload)?.setChecksum()
    else Icmpv6Message.parse(payload)?.setChecksum(ip)
  }
  return bytes
}

// What counts packets that were taken, and those that were not.
const judges = {
  'udp 4': ['Udp.NoPorts', 'Udp.InCsumErrors'],
  'udp 6': ['Udp6NoPorts', 'Udp6InCsumErrors'],
  'tcp 4': ['Tcp.InSegs', 'Tcp.InCsumErrors'],
  'tcp 6': ['Tcp.InSegs', 'Tcp.InCsumErrors'],
  'icmp 4': ['Icmp.InEchos', 'Icmp.InCsumErrors'],
  'icmp 6': ['Icmp6InEchos', 'Icmp6InCsumErrors'],
} as const

for (const family of [4, 6] as const) {
  for (const protocol of ['udp', 'tcp', 'icmp'] as const) {
    test(`the kernel takes our checksums of ${protocol} over IPv${family}, and none that is one bit off`, (t) => {
      const namespace = testNamespace(t)
      const tun = openTun({ name: 'tun0', namespace: { fd: namespace.fd } }).unwrap()
      t.teardown(() => tun.close())
      namespace.sh('ip link set tun0 addrgenmode none up; ip addr add 10.0.0.1/24 dev tun0')
      namespace.sh('ip addr add fd00::1/64 dev tun0 nodad')
      const data = fc.uint8Array({ maxLength: 1400, size: 'max' })
      const samples = fc.sample(data, 200).map((bytes) => packetOf({ family, protocol, data: bytes }))
      const [taken, refused] = judges[`${protocol} ${family}`]
      const before = counters(namespace)
      for (const packet of samples) t.true(tun.write(packet))
      const between = counters(namespace)
      for (const packet of samples) {
        const last = packet.length - 1
        packet[last] = (packet[last] ?? 0) ^ 1
        t.true(tun.write(packet))
      }
      const after = counters(namespace)
      const moved = (name: string, from: Map<string, number>, to: Map<string, number>): number =>
        (to.get(name) ?? Number.NaN) - (from.get(name) ?? Number.NaN)
      t.is(moved(taken, before, between), 200)
      t.is(moved(refused, before, between), 0)
      t.is(moved(refused, between, after), 200)
    })
  }
}
