import test from 'ava'
import { apply, type LinkSpec, plan } from '../../src/index.js'
import { FakeKernel } from '../../src/testing/index.js'

const lower: LinkSpec = { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } }

/** Kinds that not every kernel has, where the words of `ip` are not simply names and values; seen to work on Linux 7.3. */
const cases: readonly [link: LinkSpec, created: string, change: LinkSpec | undefined, changed: string][] = [
  [
    {
      name: 'b',
      kind: 'bond',
      bond: { mode: 'active-backup', arpInterval: 0.25, arpTargets: ['10.0.0.9', '10.0.0.8'], nsTargets: ['fd00::9'] },
    },
    'ip link add name b type bond mode active-backup arp_interval 250 arp_ip_target 10.0.0.9,10.0.0.8 ns_ip6_target fd00::9',
    { name: 'b', bond: { nsTargets: [], arpInterval: 0.5 } },
    "ip link set dev b type bond arp_interval 500 ns_ip6_target ''",
  ],
  [
    { name: 'b', kind: 'bond', bond: { mode: '802.3ad', coupledControl: false, lacpStrict: true } },
    'ip link add name b type bond mode 802.3ad coupled_control off\n# ip has no word for lacpStrict of b',
    { name: 'b', bond: { broadcastNeighbor: true } },
    'ip link set dev b type bond broadcast_neighbor on',
  ],
  [
    { name: 'h', kind: 'hsr', hsr: { slave1: 'v0', slave2: 'v1', protocol: 'prp' } },
    'ip link add name h type hsr slave1 v0 slave2 v1 proto 1',
    undefined,
    '',
  ],
  [
    {
      name: 'm',
      kind: 'macsec',
      macsec: { link: 'v0', encrypt: true, sci: '0x020000000a0b0009', window: 7, replayProtect: true },
    },
    'ip link add link v0 name m type macsec sci 0x020000000a0b0009 window 7 encrypt on replay on',
    { name: 'm', macsec: { window: 8 } },
    'ip link set dev m type macsec replay on window 8',
  ],
  [
    { name: 'm', kind: 'macvlan', macvlan: { link: 'v0', mode: 'source', noDestination: true } },
    'ip link add link v0 name m type macvlan mode source nodst',
    { name: 'm', macvlan: { noDestination: false } },
    'ip link set dev m type macvlan flag null',
  ],
  [
    { name: 'v', kind: 'vlan', vlan: { link: 'v0', id: 5, ingressQosMap: [], gvrp: true } },
    'ip link add link v0 name v type vlan id 5 gvrp on',
    { name: 'v', vlan: { ingressQosMap: [{ from: 1, to: 2 }] } },
    'ip link set dev v type vlan ingress-qos-map 1:2',
  ],
  [
    { name: 'g', kind: 'gre', gre: { remote: '10.0.0.9', inputKey: 5, pathMtuDiscovery: false } },
    'ip link add name g type gre remote 10.0.0.9 nopmtudisc ikey 5',
    { name: 'g', gre: { outputChecksum: true } },
    'ip link set dev g type gre local 0.0.0.0 remote 10.0.0.9 fwmark 0 ttl 0 tos 0x0 nopmtudisc noicsum noiseq ikey 5 ocsum nooseq encap none noencap-csum noencap-udp6-csum noencap-remcsum encap-sport 0 encap-dport 0 noignore-df',
  ],
  [
    {
      name: 't',
      kind: 'ip6tnl',
      ip6tnl: { inheritTrafficClass: true, flowInfo: 5, remote: 'fd00::9', copyDscp: true, link: 'v0' },
    },
    'ip link add name t type ip6tnl dev v0 remote fd00::9 tclass 0x0 flowlabel 0x5 tclass inherit dscp inherit',
    { name: 't', ip6tnl: { inheritTrafficClass: false, copyDscp: false } },
    'ip link set dev t type ip6tnl dev v0 local :: remote fd00::9 fwmark 0 hoplimit 0 encaplimit 0 tclass 0x0 flowlabel 0x5 noallow-localremote encap none noencap-csum noencap-udp6-csum noencap-remcsum encap-sport 0 encap-dport 0 mode any\n# ip has no word for copyDscp of t',
  ],
  [
    { name: 's', kind: 'sit', sit: { rapidPrefix: '2001::', rapidRelayPrefixLength: 8 } },
    'ip link add name s type sit 6rd-prefix 2001::/16 6rd-relay_prefix 0.0.0.0/8',
    undefined,
    '',
  ],
  [
    {
      name: 'e',
      kind: 'erspan',
      erspan: { index: 0, inputKey: 1, outputKey: 1, inputSequence: true, outputSequence: true },
    },
    'ip link add name e type erspan iseq ikey 1 oseq okey 1',
    undefined,
    '',
  ],
  [
    { name: 'g', kind: 'geneve', geneve: { id: 7, remote: '10.0.0.9', ttlInherit: true, ttl: 0, groHint: true } },
    'ip link add name g type geneve id 7 remote 10.0.0.9 ttl inherit\n# ip has no word for groHint of g',
    { name: 'g', geneve: { ttlInherit: false, df: 'set' } },
    'ip link set dev g type geneve id 7 ttl 0 df set',
  ],
  [
    { name: 'x', kind: 'vxlan', vxlan: { id: 0, collectMetadata: true, port: 4789 } },
    'ip link add name x type vxlan dstport 4789 external',
    undefined,
    '',
  ],
  [{ name: 'g', kind: 'gtp', gtp: { createSockets: true } }, 'ip link add name g type gtp role ggsn', undefined, ''],
  [
    { name: 'o', kind: 'ovpn', ovpn: { mode: 'mp' } },
    'ip link add name o type ovpn\n# ip has no word for mode of o',
    undefined,
    '',
  ],
]

for (const [link, created, change, changed] of cases) {
  test(`as ip takes it: ${created}`, async (t) => {
    const kernel = new FakeKernel()
    const { steps } = (await apply({ links: [lower, link] }, { kernel })).unwrap()
    const first = steps.find(({ id }) => id === link.name)?.equivalent ?? ''
    t.is(first.slice(0, created.length), created)
    t.regex(first.slice(created.length), /^\nip link (set|property)/, first)
    if (!change) return
    const next = (await plan({ links: [change] }, { kernel })).unwrap()
    t.deepEqual(
      next.steps.map(({ equivalent }) =>
        equivalent.replace(/^ip link set dev \w+ down\n|\nip link set dev \w+ up$/g, ''),
      ),
      [changed],
    )
  })
}

test('a VLAN with a tunnel is added first, and then given it', async (t) => {
  const kernel = new FakeKernel()
  const bridge: LinkSpec = { name: 'br', kind: 'bridge', bridge: { vlanFiltering: true } }
  const port: LinkSpec = { ...lower, master: 'br', bridgePort: { vlanTunnel: true } }
  ;(await apply({ links: [bridge, port] }, { kernel })).unwrap()
  const vlans = [
    { id: 1, pvid: true, untagged: true },
    { id: 10, neighborSuppress: true },
    { id: 30, tunnelId: 300 },
  ]
  const { steps } = (await plan({ links: [{ name: 'v0', bridgePort: { vlans } }] }, { kernel })).unwrap()
  t.deepEqual(
    steps.map(({ equivalent }) => equivalent),
    [
      'bridge vlan add dev v0 vid 10\nbridge vlan set dev v0 vid 10 neigh_suppress on\nbridge vlan add dev v0 vid 30\nbridge vlan add dev v0 vid 30 tunnel_info id 300',
    ],
  )
})
