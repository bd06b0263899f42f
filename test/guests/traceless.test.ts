import test from 'ava'
import { guestNetwork } from '../../src/guests/guestNetwork.js'
import { programExists } from '../helpers/program.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const withNft = programExists('nft') ? test.serial : test.serial.skip

const views = [
  'ip -j -d link',
  'ip -j -d address',
  'ip -j -d -4 route show table all',
  'ip -j -d -6 route show table all',
  'ip -j -d -4 rule',
  'ip -j -d -6 rule',
  'ip -j neighbor',
  'nft -j list ruleset',
  'sysctl -a 2>/dev/null | grep ^net | grep -v "nf_conntrack_count"',
]

for (const mode of ['bridged', 'routed'] as const) {
  withNft(`guests that are ${mode} leave nothing behind: the host is byte for byte as it was`, async (t) => {
    const host = reconcileNamespace(t)
    host.sh('ip link add up0 type veth peer name up1; ip link set lo up; ip link set up0 up; ip link set up1 up')
    host.sh('ip addr add 192.0.2.1/24 dev up0; ip route add default via 192.0.2.254; sleep 0.3')
    host.sh(
      'nft add table inet other; nft add chain inet other c "{ type filter hook forward priority 0; policy drop; }"',
    )
    // Connections are tracked from the first rule that asks for it on, and what that adds to /proc/sys stays.
    host.sh('nft add rule inet other c ct state established accept; sysctl -qw net.ipv4.ip_forward=1')
    const look = (): string[] => views.map((view) => host.sh(view))
    const before = look()
    const network = guestNetwork({
      mode,
      subnet: '10.0.0.0/16',
      uplink: 'up0',
      host: [{ protocol: 'icmp' }],
      ingress: { bits: 1e8, packets: 1e4 },
      egress: { bits: 1e8 },
      guests: [{ name: 'web', portForward: [{ protocol: 'tcp', port: 8080 }] }, 'db', 'cache'],
    }).unwrap()
    const { forwarding: _on, ...spec } = network.spec
    await host.apply(spec)
    t.notDeepEqual(look(), before)
    await host.apply(network.removalOf('db'))
    await host.apply(network.specOf('db'))
    await host.apply({}, { prune: true })
    for (const [index, view] of look().entries()) t.is(view, before[index] ?? '', views[index])
  })
}
