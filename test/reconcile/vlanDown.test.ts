import test, { type ExecutionContext } from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { succeeds } from '../helpers/program.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const made = 'ip link add bo type bond && ip link add link bo name x type vlan id 5'
const run = succeeds(['unshare', '--net', 'sh', '-c', made]) ? test.serial : test.serial.skip

/** A VLAN on a VLAN on a link, with what the kernel takes along where these go down. */
function stage(t: ExecutionContext, flags = '') {
  const here = reconcileNamespace(t)
  here.sh(
    [
      'set -e',
      'sysctl -qw net.ipv6.conf.default.addr_gen_mode=1 net.ipv6.conf.default.accept_dad=0',
      'ip link add name v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up',
      `ip link add link v0 name outer type vlan id 5 ${flags}`,
      `ip link add link outer name inner type vlan id 6 ${flags}`,
      'ip link set outer up && ip link set inner up',
      'ip address add 10.0.0.1/24 dev inner && ip address add fd00::1/64 dev inner',
      'ip route add 10.9.0.0/16 via 10.0.0.2 && ip route add fd09::/16 via fd00::2',
      'ip neighbor add 10.0.0.2 lladdr 02:00:00:00:00:02 dev inner nud permanent',
      'ip link add name bo type bond && ip link set bo up',
    ].join('\n'),
  )
  return here
}

for (const flags of ['loose_binding off', 'loose_binding on']) {
  run(`what went with VLANs when the link below went down comes back, with ${flags}`, async (t) => {
    const here = stage(t, flags)
    // A first carrier brings the route of multicast for good.
    const shown = (): string[] => here.picture({ portable: true }).filter((line) => !line.includes('"ff00::/8"'))
    const before = shown()
    for (const up of [false, null]) {
      const spec: Spec = { links: [up === null ? { name: 'v0', master: 'bo' } : { name: 'v0', up }] }
      const error = await here.fails(spec, { guards: [() => false] })
      t.true(error.rollback?.restored, error.rollback?.error)
      t.deepEqual(shown(), before)
    }
  })
}

run('a VLAN on a link that becomes a port keeps its addresses, routes and neighbors', async (t) => {
  const here = stage(t)
  const inner = (): string[] => here.picture({ portable: true }).filter((line) => /"dev":"inner"|fd00::1/.test(line))
  const before = inner()
  t.true(before.length >= 5, before.join('\n'))
  await here.converges({ links: [{ name: 'v0', master: 'bo' }] })
  t.deepEqual(inner(), before)
})

run('a VLAN that is to be up on a link that is down is refused, with what to do', async (t) => {
  const here = stage(t)
  const { code, message } = await here.fails({
    links: [
      { name: 'v0', up: false },
      { name: 'inner', up: true },
    ],
  })
  t.is(code, 'ENETDOWN')
  t.regex(message, /^link inner: .*; a VLAN comes up only where the link below it is up/)
})
