import test from 'ava'
import { NetworkError } from '../../src/error.js'
import { getFamily } from '../../src/genetlink/control.js'
import { text, u32 } from '../../src/netlink/scalars.js'
import { attribute, attributeTable } from '../../src/netlink/table.js'
import { apply } from '../../src/reconcile/apply.js'
import { machineLacksValue } from '../../src/reconcile/capability/sampleOfValue.js'
import { type KernelMaker, machineKernel } from '../../src/reconcile/world/kernel.js'
import { defineLinkKind } from '../../src/rtnetlink/kinds/kind.js'
import { linkKinds, registerLinkKind } from '../../src/rtnetlink/kinds/registry.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { wouldLoadLinkModule } from '../../src/system/linkModules.js'
import { reconcileNamespace } from '../helpers/reconcile.js'
import { skipped } from '../helpers/skipped.js'

const options = attributeTable<{ never?: number }>({ never: attribute(4000, u32) })
registerLinkKind(defineLinkKind({ kind: 'nosuchkind', options }))
registerLinkKind(defineLinkKind({ kind: 'newerVcan', kernelKind: 'vcan', matches: () => false, options }))
registerLinkKind(defineLinkKind({ kind: 'newerBridge', kernelKind: 'bridge', matches: () => false, options }))

/** A bridge to which a family of generic netlink must be known. */
registerLinkKind(
  defineLinkKind({
    kind: 'askingBridge',
    kernelKind: 'bridge',
    matches: () => false,
    options: attributeTable<{ family?: string }>({ family: attribute(1, text(15), { separate: true }) }),
    generic: {
      family: 'nlctrl',
      read: () => Promise.resolve({ options: {} }),
      differences: () => [],
      change: (wanted) => wanted,
      lasting: (wanted) => wanted,
      former: (had) => had,
      messages: (_family, _name, change) => Object.values(change).map((name) => getFamily(String(name))),
      commands: () => [],
      toSpec: (options) => options,
      explained: (error) => (error.code === 'ENOENT' ? new NetworkError('UNSUPPORTED', error.message) : error),
      tried: { family: (name) => name },
    },
  }),
)

/** A link of a kind that only the registry knows, which the types of specs don't. */
const unusual = (link: { name: string; kind: string; newerBridge?: object; newerVcan?: object }): LinkSpec => link

test('kinds that the kernel lacks are told together, before anything is done', async (t) => {
  const namespace = reconcileNamespace(t)
  const spec: Spec = {
    links: [
      { name: 'br0', kind: 'bridge' },
      unusual({ name: 'x0', kind: 'nosuchkind' }),
      unusual({ name: 'x1', kind: 'nosuchkind' }),
    ],
  }
  const told = await namespace.events(async () => {
    const error = await namespace.refuses(spec, 'UNSUPPORTED')
    t.is(error.path, '/links/1/kind')
    t.deepEqual(
      error.problems?.map(({ path, message }) => [path, message]),
      [
        ['/links/1/kind', 'this kernel has no links of kind nosuchkind'],
        ['/links/2/kind', 'this kernel has no links of kind nosuchkind'],
      ],
    )
    t.is(error.rollback, undefined)
  })
  t.deepEqual(told, [])
  const result = await t.throwsAsync(namespace.plan(spec))
  t.regex(String(result?.message), /UNSUPPORTED|nosuchkind/)
})

test('so are options that the kernel would ignore, but not those that mean what it does anyway', async (t) => {
  const namespace = reconcileNamespace(t)
  const spec: Spec = { links: [unusual({ name: 'br1', kind: 'newerBridge', newerBridge: { never: 1 } })] }
  const error = await namespace.refuses(spec, 'UNSUPPORTED')
  t.deepEqual(error.problems, [
    { path: '/links/0/newerBridge/never', message: 'this kernel knows no newerBridge.never' },
  ])
})

test('options of ports that the kernel would ignore are known by a port that is there', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge && ip link add v0 type veth peer name v1 && ip link set v0 master br0')
  const bridgePort = { neighborForwardGratuitous: true, isolated: true }
  const spec: Spec = {
    links: [
      { name: 'v0', bridgePort },
      { name: 'new0', kind: 'ifb', master: 'br0', bridgePort },
    ],
  }
  const result = await apply(spec, { namespace: { fd: namespace.fd } })
  if (result.ok) return skipped(t, 'this kernel knows neighborForwardGratuitous')
  t.is(result.val.code, 'UNSUPPORTED')
  t.deepEqual(
    result.val.problems?.map(({ path }) => path),
    ['/links/0/bridgePort/neighborForwardGratuitous', '/links/1/bridgePort/neighborForwardGratuitous'],
  )
  t.notRegex(namespace.sh('bridge -d link show dev v0'), /isolated on/)
  await namespace.converges({
    links: [{ name: 'v0', bridgePort: { ...bridgePort, neighborForwardGratuitous: false } }],
  })
})

test('options of the first bridge and its ports are tried where nobody sees it', async (t) => {
  const namespace = reconcileNamespace(t)
  const bridgePort = { neighborForwardGratuitous: true, isolated: true }
  const spec: Spec = {
    links: [
      { name: 'br0', kind: 'bridge' },
      { name: 'new0', kind: 'ifb', master: 'br0', bridgePort },
    ],
  }
  let isKnown = false
  const told = await namespace.events(async () => {
    const result = await apply(spec, { namespace: { fd: namespace.fd } })
    isKnown = result.ok
    if (result.ok) return
    t.is(result.val.code, 'UNSUPPORTED')
    t.deepEqual(
      result.val.problems?.map(({ path }) => path),
      ['/links/1/bridgePort/neighborForwardGratuitous'],
    )
    t.notRegex(namespace.sh('ip -br link'), /br0|new0/)
  })
  if (isKnown) skipped(t, 'this kernel knows neighborForwardGratuitous')
  else t.deepEqual(told, [])
})

test('what cannot be tried is not tried again for each step of a plan', async (t) => {
  const namespace = reconcileNamespace(t)
  const tried: string[] = []
  const kernel: KernelMaker = (fd) => ({
    ...machineKernel(fd),
    sample: (section) => {
      tried.push(section)
      return Promise.resolve({})
    },
  })
  const numbers = [1, 2, 3]
  await namespace.plan(
    {
      links: [
        { name: 'br0', kind: 'bridge' },
        ...numbers.map(
          (number): LinkSpec => ({ name: `p${number}`, kind: 'ifb', master: 'br0', bridgePort: { isolated: true } }),
        ),
      ],
      rules: numbers.map((number) => ({ priority: number, sport: '80/0xff', ipproto: 'tcp', table: 100 })),
    },
    { kernel },
  )
  t.deepEqual(tried, ['bridgePort', 'rule'])
})

test('a value of an option that only trying tells is tried on a new link, where nobody sees it', async (t) => {
  const namespace = reconcileNamespace(t)
  const lacking: unknown[] = []
  const told = await namespace.events(async () => {
    for (const value of ['nlctrl', 'nosuchfamily', 'nlctrl']) {
      lacking.push(await machineLacksValue({ kind: 'askingBridge', option: 'family', value }, {}))
    }
    lacking.push(await machineLacksValue({ kind: 'nosuchkind', option: 'never', value: 'x' }, {}))
  })
  t.deepEqual(lacking, [false, true, false, false])
  t.deepEqual(told, [])
})

test('a plan loads no module', async (t) => {
  const namespace = reconcileNamespace(t)
  const unloaded = [...linkKinds()].filter(
    ({ kind, options: { domain }, dependsOn, needsOneOf, kernelKind = kind }) => {
      const required = domain.type === 'object' ? domain.required : []
      return required.length === 0 && !dependsOn?.length && !needsOneOf && wouldLoadLinkModule(kernelKind)
    },
  )
  if (unloaded.length === 0) t.log('skipped, this kernel has nothing to load')
  const links = unloaded.map(({ kind }, index) => unusual({ name: `x${index}`, kind }))
  const { steps } = await namespace.plan({ links })
  t.is(steps.length, unloaded.length)
  for (const { kind, kernelKind = kind } of unloaded) t.true(wouldLoadLinkModule(kernelKind), kind)
})

test('an option that a module turns out not to know is refused before the first step', async (t) => {
  const namespace = reconcileNamespace(t)
  if (!wouldLoadLinkModule('vcan')) return skipped(t, 'this kernel has no vcan, or has loaded it')
  const spec: Spec = {
    links: [{ name: 'br0', kind: 'bridge' }, unusual({ name: 'v0', kind: 'newerVcan', newerVcan: { never: 1 } })],
  }
  t.is((await namespace.plan(spec)).steps.length, 2)
  t.true(wouldLoadLinkModule('vcan'))
  const told = await namespace.events(async () => {
    const error = await namespace.refuses(spec, 'UNSUPPORTED')
    t.deepEqual(error.problems, [{ path: '/links/1/newerVcan/never', message: 'this kernel knows no newerVcan.never' }])
  })
  t.deepEqual(told, [])
})
