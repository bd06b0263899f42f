import test from 'ava'
import { apply, type LinkSpec, plan, snapshot } from '../../src/index.js'
import { FakeKernel } from '../../src/testing/index.js'

const lower: LinkSpec = { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } }
const gateway = { mode: 'gateway', link: 'v0', local: '10.0.0.1', discovery: '10.0.0.9' } as const

/** Kinds that hardly any kernel is built with. */
const rare: readonly [link: LinkSpec, command: string, change: LinkSpec][] = [
  [
    { name: 'amt0', kind: 'amt', amt: { ...gateway, relayPort: 2000 } },
    'ip link add name amt0 type amt mode gateway relay_port 2000 dev v0 local 10.0.0.1 discovery 10.0.0.9',
    { name: 'amt0', amt: { maximumTunnels: 9 } },
  ],
  [
    { name: 'wifi0', kind: 'virtWifi', virtWifi: { link: 'v0' } },
    'ip link add link v0 name wifi0 type virt_wifi',
    { name: 'wifi0', virtWifi: { link: 'v1' } },
  ],
]

for (const [link, command, change] of rare) {
  test(`made, made anew, and made elsewhere from a snapshot: ${link.kind}`, async (t) => {
    const [kernel, other] = [new FakeKernel(), new FakeKernel()]
    const spec = { links: [lower, link] }
    const { steps } = (await apply(spec, { kernel })).unwrap()
    t.is(steps.find(({ id }) => id === link.name)?.equivalent.split('\n')[0], command)
    t.is((await plan(spec, { kernel })).unwrap().steps.length, 0)
    const changed = (await apply({ links: [change] }, { kernel })).unwrap()
    t.deepEqual(
      changed.steps.map(({ action, id }) => `${action} ${id}`),
      [`recreate ${link.name}`],
    )
    const now = (await snapshot({ kernel })).unwrap()
    ;(await apply(now, { kernel: other })).unwrap()
    t.deepEqual(
      (await snapshot({ kernel: other })).unwrap().links?.find(({ name }) => name === link.name),
      now.links?.find(({ name }) => name === link.name),
    )
  })
}
