// examples/vpn with everything through the tunnel: one side, the Internet, and the other side, which stands in for the
// first one there.
import test, { type ExecutionContext } from 'ava'
import { EthernetFrame, etherType, parseIp, UdpDatagram } from '../../src/packet/index.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'
import { digestThroughTcp, randomBytesAndDigest } from '../helpers/tcp.js'
import { answersWithin, repliesTo, startVpn, until, vpnPair } from '../helpers/vpnDaemon.js'
import { wiretap } from '../helpers/wiretap.js'

/** A home, the Internet with a server 203.0.113.7 and 2001:db8:f::7, and an exit: 198.51.100.2. */
async function threePlaces(t: ExecutionContext): Promise<Record<'home' | 'internet' | 'exit', TestNamespace>> {
  const [home, internet, exit] = [testNamespace(t), testNamespace(t), testNamespace(t)]
  // Without the check for duplicate addresses, whose end would be seen as a change.
  for (const place of [home, internet, exit]) {
    place.sh('ip link set lo up; sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0')
  }
  internet.sh('sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1')
  exit.sh('sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1')
  internet.sh(`ip link add home type veth peer name wire0 netns ${home.path}`)
  internet.sh(`ip link add exit type veth peer name wire0 netns ${exit.path}`)
  const plug = (place: TestNamespace, link: string, ...addresses: string[]): void => {
    for (const address of addresses)
      place.sh(`ip addr add ${address} dev ${link} ${address.includes(':') ? 'nodad' : ''}`)
    place.sh(`ip link set ${link} up`)
  }
  plug(internet, 'home', '192.0.2.254/24', '2001:db8:a::fe/64')
  plug(internet, 'exit', '198.51.100.254/24', '2001:db8:b::fe/64')
  internet.sh('ip addr add 203.0.113.7/32 dev lo; ip addr add 2001:db8:f::7/128 dev lo')
  plug(home, 'wire0', '192.0.2.1/24', '2001:db8:a::1/64')
  plug(exit, 'wire0', '198.51.100.2/24', '2001:db8:b::2/64')
  home.sh('ip route add default via 192.0.2.254; ip -6 route add default via 2001:db8:a::fe')
  exit.sh('ip route add default via 198.51.100.254; ip -6 route add default via 2001:db8:b::fe')
  internet.sh('ip route add 10.9.0.0/24 via 198.51.100.2; ip -6 route add fd09::/64 via 2001:db8:b::2')
  // The strict check, which many distributions have.
  home.sh('sysctl -qw net.ipv4.conf.all.rp_filter=1')
  // The kernel gives link-local addresses in its own time, which would be seen as a change.
  await until(() => home.sh('ip -6 route show table local').includes('local fe80'))
  return { home, internet, exit }
}

const picture = (place: TestNamespace): string =>
  place.sh('ip -4 rule; ip -6 rule; ip route show table all; ip -6 route show table all; ip -o addr show dev wire0')

const { data, digest } = randomBytesAndDigest(3_000_000)

test.serial('all traffic goes through the tunnel but the daemon its own, and afterwards none does', async (t) => {
  const { home, internet, exit } = await threePlaces(t)
  const before = picture(home)
  const [here, there] = vpnPair(
    {
      endpoint: { address: '198.51.100.2', port: 5000 },
      addresses: ['10.9.0.1/24', 'fd09::1/64'],
      remote: 'all',
    },
    { addresses: ['10.9.0.2/24', 'fd09::2/64'], remote: [] },
  )
  const first = await startVpn(t, home, here)
  const second = await startVpn(t, exit, there)
  const output = (): string => first.output() + second.output()
  t.true(await answersWithin(home, '10.9.0.2', 30), output())
  const [inside, outside] = [wiretap(t, home, 'wire0'), wiretap(t, internet, 'exit')]
  t.is(await repliesTo(home, '203.0.113.7', 20), 20)
  t.is(await repliesTo(home, '2001:db8:f::7', 20), 20)
  t.is(await digestThroughTcp(home, internet, '203.0.113.7', data), digest)
  const unexpected = inside.frames().filter((frame) => {
    const ethernet = EthernetFrame.parse(frame)
    const ip = ethernet && parseIp(ethernet.payload)
    if (ethernet?.type === etherType.arp || !ip) return ethernet?.type !== etherType.arp
    if (ip.version === 4) return UdpDatagram.parse(ip.payload)?.destinationPort !== 5000
    // Neighbor and router discovery stay on their wire.
    return ip.protocol !== 58 || ip.hopLimit !== 255
  })
  t.deepEqual(
    unexpected.map((frame) => Buffer.from(frame).toString('hex', 0, 80)),
    [],
  )
  const fromHome = outside.frames().filter((frame) => {
    const source = parseIp(EthernetFrame.parse(frame)?.payload ?? new Uint8Array())?.source
    return source?.[0] === 10 || source?.[0] === 0xfd
  })
  t.true(fromHome.length > 40, 'it comes out at the other side')
  t.regex(home.sh('ip route get 203.0.113.7'), /dev tun0/)
  t.regex(home.sh('ip route get 203.0.113.7 mark 0xca6c'), /dev wire0/)
  t.regex(home.sh('ip route get 192.0.2.77'), /dev wire0/)
  t.regex(home.sh('ip -6 route get 2001:db8:f::7'), /dev tun0/)
  t.regex(home.sh('ip -6 route get 2001:db8:f::7 mark 0xca6c'), /dev wire0/)
  t.is(await first.kill('SIGTERM'), 0, output())
  t.is(picture(home), before)
  t.is(await repliesTo(home, '203.0.113.7', 2), 2)
})

test.serial('what a killed daemon left is taken over by the next one, and taken back by it', async (t) => {
  const { home, exit } = await threePlaces(t)
  const before = picture(home)
  const [here, there] = vpnPair(
    { endpoint: { address: '198.51.100.2', port: 5000 }, addresses: ['10.9.0.1/24'], remote: 'all' },
    { addresses: ['10.9.0.2/24'], remote: [] },
  )
  const second = await startVpn(t, exit, there)
  await (await startVpn(t, home, here)).kill('SIGKILL')
  t.regex(home.sh('ip rule'), /51820/)
  const first = await startVpn(t, home, here)
  t.true(await answersWithin(home, '10.9.0.2', 30), first.output() + second.output())
  // A device that somebody deletes is no reason to leave the rules behind.
  home.sh('ip link del tun0')
  t.is(await first.kill('SIGCONT'), 1)
  t.regex(first.output(), /EBADFD/)
  t.is(picture(home), before)
})
