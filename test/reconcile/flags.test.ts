import test from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const furnish = [
  'ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up',
  'ip address add 10.0.0.1/24 dev v0 && ip address add fd00::1/64 dev v0 nodad',
].join(' && ')

test('every flag of an address is set, kept and told', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up')
  const spec: Spec = {
    links: [
      {
        name: 'v0',
        addresses: [
          { address: '10.1.0.1/24', metric: 7, noPrefixRoute: true, protocol: 77 },
          { address: '224.1.2.3/32', autoJoin: true },
          { address: 'fd01::1/64', home: true, manageTemporaryAddress: true, noDad: true },
          { address: 'fd02::1/64', optimistic: true, metric: 9 },
        ],
      },
    ],
  }
  await namespace.converges(spec)
  const [link] = namespace.ip('address', 'show', 'v0')
  const shown = (link?.['addr_info'] as Record<string, unknown>[] | undefined) ?? []
  t.like(
    shown.find(({ local }) => local === '10.1.0.1'),
    { metric: 7, noprefixroute: true },
  )
  t.like(
    shown.find(({ local }) => local === '224.1.2.3'),
    { autojoin: true },
  )
  t.like(
    shown.find(({ local }) => local === 'fd01::1'),
    { home: true, mngtmpaddr: true, nodad: true },
  )
  t.regex(namespace.sh('ip maddress show dev v0'), /inet {2}224\.1\.2\.3/)
  const other = reconcileNamespace(t)
  other.sh('ip link add v0 type veth peer name v1 && ip link set v1 up')
  await other.apply(await namespace.snapshot())
  t.regex(other.sh('ip maddress show dev v0'), /inet {2}224\.1\.2\.3/)
  const left: Spec = { links: [{ name: 'v0', addresses: [{ address: '224.1.2.3/32', autoJoin: false }] }] }
  t.is((await namespace.plan(left)).disruption, 'address-gap')
  await namespace.converges(left)
  t.notRegex(namespace.sh('ip maddress show dev v0'), /inet {2}224\.1\.2\.3/)
})

test('neighbors that others keep, or that the kernel is to resolve, are entered, kept and told', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(furnish)
  const mac = '02:00:00:00:00:06'
  const neighbors = [
    { dev: 'v0', address: '10.0.0.5', managed: true },
    { dev: 'v0', address: '10.0.0.6', mac, externallyLearned: true },
    { dev: 'v0', address: '10.0.0.7', mac, externallyLearned: true, state: 'permanent' },
    { dev: 'v0', address: 'fd00::7', mac, router: true },
    { dev: 'v0', address: '10.0.0.9', proxy: true },
  ] as const
  await namespace.apply({ neighbors })
  t.false((await namespace.apply({ neighbors })).changed)
  const shown = namespace.ip('neighbor', 'show', 'dev', 'v0')
  const flagsOf = (address: string) =>
    Object.keys(shown.find(({ dst }) => dst === address) ?? {}).filter((name) =>
      ['managed', 'extern_learn', 'router'].includes(name),
    )
  t.deepEqual(['10.0.0.5', '10.0.0.6', '10.0.0.7', 'fd00::7'].map(flagsOf), [
    ['managed'],
    ['extern_learn'],
    ['extern_learn'],
    ['router'],
  ])
  const snapshot = await namespace.snapshot()
  const byAddress = (list: Spec['neighbors']) => [...(list ?? [])].sort((a, b) => (a.address < b.address ? -1 : 1))

  t.deepEqual(byAddress(snapshot.neighbors), byAddress(neighbors))
  t.false((await namespace.apply(snapshot)).changed)
  // All of them go with the MAC address, and come back.
  await namespace.apply({ links: [{ name: 'v0', mac: '02:00:00:00:00:aa' }] })
  t.deepEqual(byAddress((await namespace.snapshot()).neighbors), byAddress(neighbors))
})
