import test, { type ExecutionContext } from 'ava'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
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

function isUp(here: ReturnType<typeof stage>, name: string): boolean {
  return String(here.ip('link', 'show', 'dev', name)[0]?.['flags'])
    .split(',')
    .includes('UP')
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

run('a plan tells of the VLANs that go down and up with the link below them', async (t) => {
  const here = stage(t)
  for (const up of [false, true]) {
    const { steps } = await here.converges({ links: [{ name: 'v0', up }] })
    const told = steps.filter(({ object }) => object === 'link')
    const change = { property: 'up', before: !up, after: up }
    t.deepEqual(
      told.map(({ id, changes, takenAlongBy }) => [id, changes, takenAlongBy]),
      [
        ['v0', [change], undefined],
        ['outer', [change], 'v0'],
        ['inner', [change], 'outer'],
      ],
    )
    for (const { id } of told) t.is(isUp(here, id), up, id)
  }
})

run('a VLAN that is down stays down where the link below it goes down and up for a moment', async (t) => {
  const here = stage(t)
  here.sh('ip link set inner down && ip address replace fd00::1/64 dev inner')
  const before = here.ip('address', 'show', 'dev', 'inner')
  const { steps } = await here.converges({ links: [{ name: 'v0', master: 'bo' }] })
  t.deepEqual(
    steps.filter(({ object }) => object === 'link').map(({ id, takenAlongBy }) => [id, takenAlongBy]),
    [
      ['v0', undefined],
      ['inner', 'outer'],
    ],
  )
  t.deepEqual(here.ip('address', 'show', 'dev', 'inner'), before)
})

for (const mtu of [undefined, 1400]) {
  run(`a VLAN comes up after the link below it, whichever is told first, with MTU ${mtu ?? 'as it is'}`, async (t) => {
    for (const names of [
      ['inner', 'outer', 'v0'],
      ['v0', 'outer', 'inner'],
    ]) {
      const here = stage(t)
      here.sh('ip link set v0 down')
      const wish = (name: string): LinkSpec => ({ name, up: true, ...(mtu === undefined ? {} : { mtu }) })
      await here.converges({ links: names.map(wish) })
      for (const name of names) t.true(isUp(here, name), name)
    }
  })
}

run('a VLAN that is to be down is so where the link below it comes up, or goes down and up', async (t) => {
  for (const below of [
    { name: 'v0', up: true },
    { name: 'v0', master: 'bo' },
  ]) {
    const here = stage(t)
    if (below.up) here.sh('ip link set v0 down')
    const inner: LinkSpec = { name: 'inner', up: false }
    await here.converges({ links: [inner, below] })
    t.false(isUp(here, 'inner'))
  }
})

run('a VLAN that is made anew goes down with the link below it', async (t) => {
  const here = stage(t)
  await here.converges({
    links: [
      { name: 'v0', up: false },
      { name: 'outer', kind: 'vlan', vlan: { link: 'v0', id: 9 } },
    ],
  })
  t.false(isUp(here, 'outer'))
  t.false(isUp(here, 'inner'))
})
