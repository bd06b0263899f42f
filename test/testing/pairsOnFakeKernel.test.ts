import test from 'ava'
import { apply, type LinkSpec, plan, type Spec, snapshot } from '../../src/index.js'
import { attributeTable } from '../../src/netlink/table.js'
import { defineLinkKind } from '../../src/rtnetlink/kinds/kind.js'
import { type PairOptions, peerLine } from '../../src/rtnetlink/kinds/peer.js'
import { registerLinkKind } from '../../src/rtnetlink/kinds/registry.js'
import { FakeKernel } from '../../src/testing/index.js'

async function applied(kernel: FakeKernel, spec: Spec): Promise<string[]> {
  const { steps } = (await apply(spec, { kernel })).unwrap()
  const again = (await plan(spec, { kernel })).unwrap()
  if (again.steps.length > 0) throw new Error(`the second time: ${again}`)
  return steps.map(({ equivalent }) => equivalent)
}

async function linksOf(kernel: FakeKernel): Promise<Map<string, LinkSpec>> {
  const { links = [] } = (await snapshot({ kernel })).unwrap()
  return new Map(links.map((link) => [link.name, link]))
}

const pair: Spec = {
  links: [{ name: 'nk0', kind: 'netkit', netkit: { peer: { name: 'nk1' }, mode: 'l2', peerPolicy: 'blackhole' } }],
}

test('a netkit pair is made as ip makes it', async (t) => {
  const steps = await applied(new FakeKernel(), {
    links: [
      {
        name: 'nk0',
        kind: 'netkit',
        netkit: { peer: { name: 'nk1', mtu: 1400 }, mode: 'l2', policy: 'blackhole', scrub: 'none', peerScrub: 'none' },
      },
      { name: 'nk1' },
    ],
  })
  t.regex(
    steps[0] ?? '',
    /^ip link add name nk0 type netkit mode l2 blackhole scrub none peer scrub none name nk1 mtu 1400$/m,
  )
})

test('what is said of the other end is told to the end that leads the pair', async (t) => {
  const kernel = new FakeKernel()
  await applied(kernel, pair)
  const steps = await applied(kernel, {
    links: [{ name: 'nk1', netkit: { policy: 'forward', peerPolicy: 'blackhole' } }],
  })
  t.deepEqual(steps, ['ip link set dev nk0 type netkit blackhole peer forward'])
  const links = await linksOf(kernel)
  t.deepEqual(links.get('nk0')?.netkit, { peer: { name: 'nk1' }, mode: 'l2', policy: 'blackhole' })
  t.is(links.get('nk1')?.netkit, undefined)
})

test('what is said of the other end of a new pair goes along', async (t) => {
  const kernel = new FakeKernel()
  const [first] = await applied(kernel, {
    links: [
      { name: 'nk1', kind: 'netkit', netkit: { policy: 'blackhole' } },
      { name: 'nk0', kind: 'netkit', netkit: { peer: { name: 'nk1' } } },
    ],
  })
  t.regex(first ?? '', /^ip link add name nk0 type netkit peer blackhole name nk1$/m)
})

test('many ends tell their leads in one plan, whether these are named or not', async (t) => {
  const kernel = new FakeKernel()
  const numbers = Array.from({ length: 300 }, (_, index) => index)
  const made = numbers.map((index): LinkSpec => {
    return { name: `nk${index}`, kind: 'netkit', netkit: { peer: { name: `far${index}` } } }
  })
  await applied(kernel, { links: made })
  const told = numbers.map((index): LinkSpec => ({ name: `far${index}`, netkit: { policy: 'blackhole' } }))
  const named = numbers.slice(0, 100).map((index): LinkSpec => ({ name: `nk${index}`, mtu: 1400 }))
  const steps = await applied(kernel, { links: [...told, ...named] })
  t.is(steps.filter((step) => step.includes('peer blackhole')).length, 300)
  t.is(steps.filter((step) => step.includes('mtu 1400')).length, 100)
})

test('of two ends that name each other the one leads that says more', async (t) => {
  const kernel = new FakeKernel()
  await applied(kernel, {
    links: [
      { name: 'nk1', kind: 'netkit', netkit: { peer: { name: 'nk0' } } },
      { name: 'nk0', kind: 'netkit', netkit: { peer: { name: 'nk1' }, mode: 'l2' } },
    ],
  })
  t.deepEqual((await linksOf(kernel)).get('nk0')?.netkit, { peer: { name: 'nk1' }, mode: 'l2' })
})

test('the same end leads where a snapshot is applied, and where a pair is made anew', async (t) => {
  const [one, other] = [new FakeKernel(), new FakeKernel()]
  await applied(one, pair)
  await applied(other, (await snapshot({ kernel: one })).unwrap())
  const before = await linksOf(one)
  t.is(before.get('nk1')?.kind, 'netkit')
  t.deepEqual((await linksOf(other)).get('nk0')?.netkit, before.get('nk0')?.netkit)
  const [made] = await applied(other, { links: [{ name: 'nk1', netkit: { scrub: 'none' } }] })
  t.regex(
    made ?? '',
    /^ip link add name nk0 .*type netkit mode l2 .*peer blackhole scrub none name nk1 numtxqueues 1 numrxqueues 1$/m,
  )
  t.deepEqual((await linksOf(other)).get('nk0')?.netkit, { ...before.get('nk0')?.netkit, peerScrub: 'none' })
})

test('a pair is made anew in one mode and back, as is what both ends had', async (t) => {
  const kernel = new FakeKernel()
  await applied(kernel, pair)
  await applied(kernel, { links: [{ name: 'nk1', mtu: 1400, arp: true }] })
  for (const mode of ['l3', 'l2', 'l3'] as const) {
    await applied(kernel, { links: [{ name: mode === 'l2' ? 'nk0' : 'nk1', netkit: { mode } }] })
    const links = await linksOf(kernel)
    t.like(links.get('nk0')?.netkit, { peer: { name: 'nk1' }, peerPolicy: 'blackhole' })
    t.is(links.get('nk0')?.netkit?.mode ?? 'l3', mode)
    t.is(links.get('nk1')?.mtu, 1400)
  }
})

test('what both ends say of one of them must be the same', async (t) => {
  const kernel = new FakeKernel()
  const links: LinkSpec[] = [
    { name: 'nk0', kind: 'netkit', netkit: { peer: { name: 'nk1' }, peerPolicy: 'forward' } },
    { name: 'nk1', kind: 'netkit', netkit: { policy: 'blackhole' } },
  ]
  const result = await apply({ links }, { kernel })
  t.is(result.err && result.val.code, 'INVALID_SPEC')
  t.like(result.err && result.val.problems?.[0], { path: '/links/1/netkit', hint: 'say it of nk0 alone' })
})

test('whichever change of a pair fails, everything before it is undone', async (t) => {
  let failures = 0
  for (let k = 1; ; k++) {
    const kernel = new FakeKernel()
    await applied(kernel, pair)
    const before = (await snapshot({ kernel })).unwrap()
    kernel.faults.failChange(k, 'ENOMEM', 'failed on purpose')
    const changed: Spec = { links: [{ name: 'nk1', netkit: { policy: 'forward', mode: 'l3' }, mtu: 1400 }] }
    const result = await apply(changed, { kernel })
    if (result.ok) break
    failures++
    t.true(result.val.rollback?.restored, `change ${k}: ${JSON.stringify(result.val.rollback)}`)
    t.deepEqual((await snapshot({ kernel })).unwrap(), before, `change ${k}`)
  }
  t.true(failures >= 2, `only ${failures} changes`)
})

registerLinkKind(
  defineLinkKind({
    kind: 'wire',
    options: attributeTable<PairOptions>({ peer: peerLine(1) }, ['peer']),
    pair: {},
    immutable: ['peer'],
    ethernet: true,
  }),
)

test('a kind that a program defines is a pair as soon as it says so', async (t) => {
  const kernel = new FakeKernel()
  const wire = (peer: string) => ({ name: 'w0', kind: 'wire', wire: { peer: { name: peer } } })
  const spec: Spec = { links: [wire('w1'), { name: 'w1', addresses: ['10.0.0.1/24'] }] }
  const [first] = await applied(kernel, spec)
  t.regex(first ?? '', /^ip link add name w0 type wire peer name w1$/m)
  t.deepEqual((await linksOf(kernel)).get('w1')?.addresses, ['10.0.0.1/24'])
  const renewed = (await apply({ links: [wire('w2')] }, { kernel })).unwrap()
  t.deepEqual(
    renewed.steps.map(({ action, id }) => `${action} ${id}`),
    ['delete w1', 'recreate w0'],
  )
  t.deepEqual([...(await linksOf(kernel)).keys()], ['lo', 'w2', 'w0'])
  await applied(kernel, { links: [{ name: 'w2', absent: true }] })
  t.deepEqual([...(await linksOf(kernel)).keys()], ['lo'])
})
