import test, { type ExecutionContext } from 'ava'
import type { NetworkSpec } from '../../src/spec/types.js'
import { picture, reconcileNamespace } from '../helpers/reconcile.js'

/** A pair into a named namespace. */
function stage(t: ExecutionContext, label: string) {
  const here = reconcileNamespace(t)
  const blue = `lwt-le-${process.pid}-${label}`
  t.teardown(() => here.sh(`ip netns delete ${blue} 2>/dev/null || true`))
  here.sh(`ip netns add ${blue} && ip link add v0 type veth peer name v1 netns ${blue}`)
  const there = {
    ...here,
    sh: (script: string) => here.sh(`ip netns exec ${blue} sh -c '${script}'`),
    ip: (...words: string[]) => here.ip('-n', blue, ...words),
  }
  there.sh('sysctl -qw net.ipv6.conf.default.addr_gen_mode=1; ip link property add dev v1 altname first')
  return { here, there, blue }
}

const stays: readonly (readonly [string, NetworkSpec, string, RegExp])[] = [
  ['up', { links: [{ name: 'v1', up: true }] }, 'links/0', /v1 goes with v0 in the namespace of the program/],
  ['same', { links: [{ name: 'v1' }] }, 'links/0', /v1 goes with v0/],
  ['alt', { links: [{ name: 'first', alias: 'far' }] }, 'links/0', /goes with v0/],
  ['named', { links: [{ name: 'w1', match: { altName: 'first' } }] }, 'links/0', /w1 goes with v0/],
  ['route', { routes: [{ to: '10.1.0.0/16', dev: 'v1' }] }, 'routes/0/dev', /v1 does not exist/],
  [
    'neighbor',
    { neighbors: [{ dev: 'v1', address: '10.0.0.7', mac: '02:00:00:00:00:07' }] },
    'neighbors/0/dev',
    /v1 does not exist/,
  ],
  [
    'upper',
    { links: [{ name: 'm1', kind: 'macvlan', macvlan: { link: 'v1' } }] },
    'links/0/macvlan/link',
    /v1 does not exist/,
  ],
]

for (const [label, wish, path, message] of stays) {
  test.serial(
    `nothing can be wanted of an end in another namespace than that of the absent one: ${label}`,
    async (t) => {
      const { here, there, blue } = stage(t, label)
      const before = picture(there)
      const spec = { links: [{ name: 'v0', absent: true }], namespaces: { [blue]: wish } }
      const error = await here.refuses(spec, 'INVALID_SPEC')
      t.is(error.path, `/namespaces/${blue}/${path}`, error.message)
      t.regex(error.message, message)
      t.deepEqual(picture(there), before)
    },
  )
}

test.serial('nor of the near end, when the far one is absent', async (t) => {
  const { here, blue } = stage(t, 'near')
  const spec = { links: [{ name: 'v0', up: true }], namespaces: { [blue]: { links: [{ name: 'v1', absent: true }] } } }
  const error = await here.refuses(spec, 'INVALID_SPEC')
  t.is(error.path, '/links/0', error.message)
  t.regex(error.message, /v0 goes with v1 in the namespace lwt-le-/)
})

const goes: readonly (readonly [string, NetworkSpec, readonly string[]])[] = [
  ['nothing', {}, ['delete v0']],
  ['gone', { links: [{ name: 'v1', absent: true }] }, ['delete v0', 'delete v1']],
  [
    'other',
    { links: [{ name: 'v1', kind: 'bridge' }] },
    ['delete v0', 'recreate v1', 'create 10.3.0.1/24 dev v1', 'create 10.4.0.0/16'],
  ],
  ['absence', { routes: [{ to: '10.4.0.0/16', absent: true }] }, ['delete v0']],
]

for (const [label, wish, steps] of goes) {
  test.serial(`an end in another namespace goes with the absent one: ${label}`, async (t) => {
    const { here, there, blue } = stage(t, label)
    there.sh('ip link set v1 up; ip address add 10.3.0.1/24 dev v1; ip route add 10.4.0.0/16 dev v1')
    const spec = { links: [{ name: 'v0', absent: true }], namespaces: { [blue]: wish } }
    const before = [...here.picture({ portable: true }), ...picture(there, { portable: true })]
    const error = await here.fails(spec, { guards: [() => false] })
    t.true(error.rollback?.restored, JSON.stringify(error.rollback))
    t.deepEqual([...here.picture({ portable: true }), ...picture(there, { portable: true })], before)
    const report = await here.converges(spec)
    t.deepEqual(
      report.steps.map(({ action, id }) => `${action} ${id}`),
      steps,
    )
  })
}

for (const links of [[], [{ name: 'p0', absent: true }]]) {
  const how = links.length === 0 ? 'of itself' : 'by name'
  test.serial(`a pruned namespace loses the end of a pair that goes ${how} elsewhere`, async (t) => {
    const { here, there, blue } = stage(t, `prune-${links.length}`)
    const p0 = { name: 'p0', kind: 'veth', veth: { peer: { name: 'p1', namespace: blue } }, addresses: ['10.5.0.1/24'] }
    await here.converges({ links: [p0], namespaces: { [blue]: {} } })
    // Addresses with the owner's mark, which is what goes of a link that stays.
    const addressed = [
      { name: 'p1', addresses: ['10.5.0.2/24'] },
      { name: 'v1', addresses: ['10.6.0.2/24'] },
    ]
    await here.converges({ namespaces: { [blue]: { links: addressed } } })
    const both = () => [...here.picture({ portable: true }), ...picture(there, { portable: true })]
    const before = both()
    const spec = { links, namespaces: { [blue]: {} } }
    const error = await here.fails(spec, { prune: true, guards: [() => false] })
    t.true(error.rollback?.restored, JSON.stringify(error.rollback))
    t.deepEqual(both(), before)
    const report = await here.apply(spec, { prune: true })
    t.deepEqual(
      report.steps.map(({ action, id }) => `${action} ${id}`),
      ['delete p0', 'delete 10.6.0.2/24 dev v1'],
    )
  })
}
