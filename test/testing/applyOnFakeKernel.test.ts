import test from 'ava'
import { apply, type LinkSpec, plan, type Spec, snapshot } from '../../src/index.js'
import { FakeKernel } from '../../src/testing/index.js'

const spec: Spec = {
  links: [
    { name: 'tap0', kind: 'tap', tap: { owner: 1000 }, master: 'br0', bridgePort: { isolated: true } },
    { name: 'br0', kind: 'bridge', mac: '02:00:00:00:00:01', addresses: ['10.0.0.1/24', 'fd00::1/64'] },
    { name: 'a', kind: 'veth', veth: { peer: { name: 'b' } } },
    { name: 'b', addresses: ['10.5.0.1/24'] },
  ],
  routes: [
    { to: 'default', via: '10.0.0.254' },
    { to: '10.9.0.0/16', via: '10.5.0.2', table: 100, metric: 7 },
    { to: '192.0.2.0/24', type: 'blackhole' },
  ],
  rules: [{ priority: 1000, from: '10.9.0.0/16', table: 100 }],
  neighbors: [{ dev: 'br0', address: '10.0.0.7', mac: '02:00:00:00:00:07' }],
  forwarding: { ipv4: true },
}

test('a spec is applied to a kernel in memory, and then there is nothing to do', async (t) => {
  const kernel = new FakeKernel()
  const report = (await apply(spec, { kernel })).unwrap()
  t.true(report.changed)
  t.is((await apply(spec, { kernel })).unwrap().steps.length, 0)
  const now = (await snapshot({ kernel })).unwrap()
  t.is((await plan(now, { kernel })).unwrap().steps.length, 0)
  t.deepEqual(now.links?.find(({ name }) => name === 'br0')?.addresses, ['10.0.0.1/24', 'fd00::1/64'])
  t.is(now.links?.find(({ name }) => name === 'tap0')?.master, 'br0')
})

test('VLANs in memory go down and up with the link below, at once', async (t) => {
  const kernel = new FakeKernel()
  const made: LinkSpec[] = [
    { name: 'd0', kind: 'dummy', up: true },
    { name: 'outer', kind: 'vlan', vlan: { link: 'd0', id: 5 }, up: true },
    { name: 'inner', kind: 'vlan', vlan: { link: 'outer', id: 6 }, up: true },
    { name: 'loose', kind: 'vlan', vlan: { link: 'd0', id: 7, looseBinding: true }, up: true },
  ]
  ;(await apply({ links: made }, { kernel })).unwrap()
  for (const up of [false, true]) {
    const began = performance.now()
    ;(await apply({ links: [{ name: 'd0', up }] }, { kernel })).unwrap()
    t.true(performance.now() - began < 1500)
    const { links = [] } = (await snapshot({ kernel })).unwrap()
    const shown = (name: string) => links.find((link) => link.name === name)?.up
    t.deepEqual(['d0', 'outer', 'inner', 'loose'].map(shown), [up, up, up, true])
  }
})

test('VLANs that are made anew go down with the link below', async (t) => {
  const kernel = new FakeKernel()
  const made: LinkSpec[] = [
    { name: 'd0', kind: 'dummy' },
    { name: 'outer', kind: 'vlan', vlan: { link: 'd0', id: 5 } },
    { name: 'inner', kind: 'vlan', vlan: { link: 'outer', id: 6 } },
  ]
  ;(await apply({ links: made }, { kernel })).unwrap()
  const wish: LinkSpec[] = [
    { name: 'd0', up: false },
    { name: 'outer', vlan: { id: 9 } },
  ]
  ;(await apply({ links: wish }, { kernel })).unwrap()
  const { links = [] } = (await snapshot({ kernel })).unwrap()
  t.deepEqual(links.map(({ name, up }) => `${name} ${up}`).sort(), [
    'd0 false',
    'inner false',
    'lo false',
    'outer false',
  ])
})

test('a link in memory keeps a token beside the mode of its addresses, and loses its carrier by wish', async (t) => {
  const kernel = new FakeKernel()
  const links = [
    { name: 'a', kind: 'veth', veth: { peer: { name: 'b' } }, ipv6Token: '::7', addressGenerationMode: 'none' },
    { name: 'm0', kind: 'macvlan', macvlan: { link: 'a', mode: 'bridge' }, protocolDown: true },
  ] as const
  ;(await apply({ links }, { kernel })).unwrap()
  t.is((await plan({ links }, { kernel })).unwrap().steps.length, 0)
  const now = (await snapshot({ kernel })).unwrap().links ?? []
  t.like(
    now.find(({ name }) => name === 'a'),
    { ipv6Token: '::7', addressGenerationMode: 'none' },
  )
  t.true(now.find(({ name }) => name === 'm0')?.protocolDown)
  for (const properties of [{ protocolDown: true }, { protocolDownReasons: [3] }]) {
    const result = await apply({ links: [{ name: 'b', ...properties }] }, { kernel })
    t.is(result.err && result.val.kernelMessage, 'Protodown not supported by device')
  }
})

test('a link in memory gets its carrier back only without reasons not to have one', async (t) => {
  const kernel = new FakeKernel()
  const reasonsOf = async () => {
    const { protocolDown, protocolDownReasons } = (await snapshot({ kernel })).unwrap().links?.at(-1) ?? {}
    return [protocolDown, protocolDownReasons]
  }
  const link = { name: 'm0', protocolDown: true, protocolDownReasons: [9, 31, 0] }
  const links: LinkSpec[] = [
    { name: 'a', kind: 'veth', veth: { peer: { name: 'b' } } },
    { ...link, kind: 'macvlan', macvlan: { link: 'a', mode: 'bridge' } },
  ]
  ;(await apply({ links }, { kernel })).unwrap()
  t.is((await plan({ links }, { kernel })).unwrap().steps.length, 0)
  t.deepEqual(await reasonsOf(), [true, [0, 9, 31]])
  const refused = await apply({ links: [{ name: 'm0', protocolDown: false }] }, { kernel })
  t.is(refused.err && refused.val.kernelMessage, 'Cannot clear protodown, active reasons')
  ;(await apply({ links: [{ ...link, protocolDown: false, protocolDownReasons: [31] }] }, { kernel })).unwrap()
  t.deepEqual(await reasonsOf(), [undefined, [31]])
  ;(await apply({ links: [{ ...link, protocolDown: false, protocolDownReasons: [] }] }, { kernel })).unwrap()
  t.deepEqual(await reasonsOf(), [undefined, undefined])
})

test('whichever change fails, everything before it is undone', async (t) => {
  const existing: Spec = {
    links: [{ name: 'old0', kind: 'bridge', mac: '02:00:00:00:00:09', addresses: ['10.7.0.1/24'] }],
    routes: [{ to: '10.8.0.0/16', via: '10.7.0.2' }],
  }
  let failures = 0
  for (let k = 1; ; k++) {
    const kernel = new FakeKernel()
    ;(await apply(existing, { kernel })).unwrap()
    const before = (await snapshot({ kernel })).unwrap()
    kernel.faults.failChange(k, 'ENOMEM', 'failed on purpose')
    const result = await apply(spec, { kernel })
    if (result.ok) break
    failures++
    t.is(result.val.code, 'ENOMEM', `change ${k}: ${result.val.message}`)
    t.is(result.val.kernelMessage, 'failed on purpose')
    t.truthy(result.val.step, `change ${k} names no step`)
    t.true(result.val.rollback?.restored, `change ${k}: ${JSON.stringify(result.val.rollback)}`)
    t.deepEqual((await snapshot({ kernel })).unwrap(), before, `change ${k}`)
  }
  t.true(failures > 12, `only ${failures} changes`)
})

test('a state that never holds still while it is read is an error, and nothing is changed', async (t) => {
  const kernel = new FakeKernel()
  kernel.faults.interruptDumps(Number.POSITIVE_INFINITY)
  const result = await apply({ links: [{ name: 'br0', kind: 'bridge' }] }, { kernel })
  t.is(result.err && result.val.code, 'INCONSISTENT')
  kernel.faults.interruptDumps(0)
})

test('an interrupted dump is read again', async (t) => {
  const kernel = new FakeKernel()
  kernel.faults.interruptDumps(3)
  t.true((await apply({ links: [{ name: 'br0', kind: 'bridge' }] }, { kernel })).unwrap().changed)
})

test('a kernel in memory has no further namespaces', async (t) => {
  const result = await plan({ namespaces: { blue: {} } }, { kernel: new FakeKernel() })
  t.is(result.err && result.val.code, 'UNSUPPORTED')
})

test('what a callback throws is thrown to the caller, and everything is undone', async (t) => {
  const kernel = new FakeKernel()
  const before = (await snapshot({ kernel })).unwrap()
  const onProgress = (done: number): void => {
    if (done === 3) throw new TypeError('thrown on purpose')
  }
  await t.throwsAsync(apply(spec, { kernel, onProgress }), { instanceOf: TypeError, message: 'thrown on purpose' })
  t.deepEqual((await snapshot({ kernel })).unwrap(), before)
})
