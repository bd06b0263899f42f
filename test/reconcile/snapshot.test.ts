import test from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

/** A namespace as somebody furnished it with `ip`. */
const furnish = `
ip link add br0 address 02:00:00:00:01:00 type bridge stp_state 1 forward_delay 400 hello_time 300 max_age 1200 ageing_time 1000 priority 100 group_fwd_mask 8 mcast_querier 1 mcast_last_member_interval 150
ip link add br1 address 02:00:00:00:01:01 type bridge mcast_snooping 0
ip link set br1 mtu 9000
ip tuntap add tap0 mode tap user 1000 group 1001 vnet_hdr
ip tuntap add tap1 mode tap multi_queue
ip tuntap add tun0 mode tun pi
ip link set tap0 address 02:00:00:00:01:02
ip link set tap1 address 02:00:00:00:01:03
ip link set tap0 master br0
ip link set tap0 type bridge_slave cost 7 priority 11 hairpin on guard on learning off flood off isolated on neigh_suppress on proxy_arp on fastleave on mcast_flood off
ip link add v0 address 02:00:00:00:01:04 mtu 1400 txqueuelen 500 type veth peer name v1 address 02:00:00:00:01:05
ip link set v1 master br1
ip link set v0 alias "uplink of the lab"
ip link property add dev v0 altname uplink-with-a-very-long-name altname up0
ip link set v0 group 7 allmulticast on
ip link set v1 promisc on multicast off
ip link add x0 address 02:00:00:00:01:06 type vxlan id 42 dstport 4789 local 10.0.0.1 remote 10.0.0.2 ttl 5 nolearning ageing 60
ip link add m0 link v0 address 02:00:00:00:01:07 type macvlan mode bridge
ip link add i0 address 02:00:00:00:01:08 type ifb
ip link set m0 arp off
for link in br0 br1 tap0 tun0 v0 v1 m0; do ip link set $link up; done
ip address add 10.0.0.1/24 broadcast + label v0:lab dev v0
ip address add 10.0.0.3/24 dev v0
ip address add 10.0.0.2/24 dev v0 noprefixroute
ip address add 10.5.0.1/24 scope link dev v0 metric 50
ip address add 10.6.0.1 peer 10.6.0.2/32 dev tun0
ip address add 10.7.0.1/24 dev br0 noprefixroute
ip address add fd00:1::1/64 dev v0 nodad
ip address add fd00:1::2/64 dev v0 nodad noprefixroute
ip address add fd00:1::3/64 dev v0 nodad metric 77
ip address add fd00:2::1 peer fd00:2::2 dev tun0 nodad
ip route add default via 10.0.0.254
ip route add default via 10.0.0.253 metric 50 proto static
ip route add 10.20.0.0/16 via 10.6.0.2 dev tun0 src 10.6.0.1 mtu 1400 advmss 1300 initcwnd 20 hoplimit 9 quickack 1
ip route add 10.21.0.0/16 nexthop via 10.0.0.253 weight 1 nexthop via 10.0.0.254 weight 3
ip route add 10.22.0.0/16 via 192.0.2.1 dev v0 onlink table 1000
ip route add 10.23.0.0/16 via inet6 fd00:1::99 dev v0
ip route add 10.24.0.0/16 dev v0 scope link mtu lock 1300
ip route add 10.25.0.0/16 dev v0 tos 0x10 realm 3/4
ip route add blackhole 192.0.2.0/24
ip route add unreachable 198.51.100.0/24 metric 9
ip route add prohibit 203.0.113.0/24 table 77
ip route add throw 10.26.0.0/16 table 77
ip route add local 10.27.0.0/16 dev lo table 78
ip -6 route add default via fd00:1::ff dev v0
ip -6 route add fd10::/32 via fd00:1::fe dev v0 metric 10 pref high mtu 1400 hoplimit 3
ip -6 route add fd11::/32 nexthop via fd00:1::fd dev v0 nexthop via fd00:1::fc dev v0 weight 2
ip -6 route add blackhole fd12::/32
ip -6 route add fd13::/32 dev v0 table 1000
ip -6 route add unreachable default metric 4000
ip rule add priority 100 from 10.0.0.0/24 to 10.1.0.0/16 table 1000
ip rule add priority 101 not from 10.0.0.0/24 iif v0 table 77 proto static
ip rule add priority 102 oif v0 fwmark 0x10/0xf0 tos 0x08 unreachable
ip rule add priority 103 ipproto tcp sport 1000-2000 dport 443 blackhole
ip rule add priority 104 uidrange 1000-1999 prohibit
ip rule add priority 105 table main suppress_prefixlength 0
ip rule add priority 106 table main suppress_ifgroup 7
ip rule add priority 107 goto 200
ip rule add priority 200 from all nop
ip rule add priority 108 l3mdev
ip rule add priority 109 from 10.9.0.0/24 realms 3/4 table 77
ip rule add priority 110 from all tun_id 5 table 77
ip -6 rule add priority 100 from fd00:1::/64 table 1000
ip -6 rule add priority 101 ipproto udp dport 53 prohibit
ip neighbor add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0 nud permanent
ip neighbor add 10.0.0.10 lladdr 02:00:00:00:00:0a dev v0 nud noarp
ip neighbor add fd00:1::9 lladdr 02:00:00:00:00:0b dev v0 nud permanent router
ip neighbor add proxy 10.0.0.11 dev v0
ip neighbor add proxy fd00:1::11 dev v0
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
`

test('a namespace that ip furnished: its snapshot has no step there, and makes the same in an empty one', async (t) => {
  const [source, target] = [reconcileNamespace(t), reconcileNamespace(t)]
  for (const line of furnish.trim().split('\n')) {
    try {
      source.sh(line)
    } catch (error) {
      t.log(`left out, this kernel lacks it: ${line} (${String(error).split('\n')[1]})`)
    }
  }
  const spec = await source.snapshot()
  const plan = await source.plan(spec)
  t.deepEqual(
    plan.steps.map(({ equivalent, changes }) => ({ equivalent, changes })),
    [],
  )
  await source.converges(spec)
  t.deepEqual(JSON.parse(JSON.stringify(spec)), spec)
  await target.converges(spec)
  t.deepEqual(target.picture({ portable: true }), source.picture({ portable: true }))
  const copy = await target.snapshot()
  const sorted = (whole: Spec) =>
    Object.entries(whole).map(([name, part]) => [
      name,
      Array.isArray(part) ? part.map((one) => JSON.stringify(one)).sort() : part,
    ])
  t.deepEqual(sorted(copy), sorted(spec))
})

test('a bridge has the MTU that it was given, whatever that of its ports, in another namespace, too', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply({
    links: [
      { name: 'br0', kind: 'bridge', mtu: 1500 },
      { name: 'tap0', kind: 'tap', mtu: 1400, master: 'br0' },
      { name: 'br1', kind: 'bridge' },
      { name: 'tap1', kind: 'tap', mtu: 1400, master: 'br1' },
      { name: 'br2', kind: 'bridge' },
      { name: 'tap2', kind: 'tap', master: 'br2' },
    ],
  })
  const saved = await namespace.snapshot()
  t.false('mtu' in (saved.links?.find(({ name }) => name === 'br2') ?? {}))
  const other = reconcileNamespace(t)
  await other.converges(saved)
  t.deepEqual(
    other.ip('link').flatMap(({ ifname, mtu }) => (String(ifname).startsWith('br') ? [mtu] : [])),
    [1500, 1400, 1500],
  )
})

test('an IPv4 default route through an IPv6 gateway is told as one of IPv4', async (t) => {
  const [source, target] = [reconcileNamespace(t), reconcileNamespace(t)]
  await source.converges({
    links: [{ name: 'ifb0', kind: 'ifb', addresses: ['10.0.0.1/24', 'fd00::1/64'] }],
    routes: [
      { to: 'default', family: 'inet', via: 'fd00::9', dev: 'ifb0' },
      { to: 'default', via: '10.0.0.9', metric: 5 },
      { to: 'default', via: 'fd00::9', metric: 6 },
      {
        to: 'default',
        family: 'inet',
        metric: 7,
        nexthops: [
          { via: 'fd00::8', dev: 'ifb0' },
          { via: '10.0.0.8', dev: 'ifb0' },
        ],
      },
    ],
  })
  const saved = await source.snapshot()
  t.true((await source.plan(saved)).empty)
  await target.converges(saved)
  t.deepEqual(
    target.picture({ portable: true }).filter((line) => line.includes('route')),
    source.picture({ portable: true }).filter((line) => line.includes('route')),
  )
})
