import test from 'ava'
import type { LinkSpec } from '../../src/spec/types.js'
import { succeeds } from '../helpers/program.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const uppers: readonly { readonly kind: string; readonly options: Partial<LinkSpec>; readonly add: string }[] = [
  { kind: 'macvlan', options: { macvlan: { link: 'v0' } }, add: 'type macvlan' },
  { kind: 'vlan', options: { vlan: { link: 'v0', id: 5 } }, add: 'type vlan id 5' },
]
for (const { kind, options, add } of uppers) {
  const probe = `ip link add v0 type veth && ip link add link v0 name u0 ${add}`
  const run = succeeds(['unshare', '--net', 'sh', '-c', probe]) ? test : test.skip
  run(`an MTU of a ${kind} above that of the device below is refused before anything is done`, async (t) => {
    const host = reconcileNamespace(t)
    host.sh(`ip link add v0 type veth peer name v1; ip link add link v0 name u0 ${add}`)
    const wrong: readonly (readonly [LinkSpec[], string])[] = [
      [[{ name: 'u0', mtu: 1600 }], '/links/0/mtu'],
      [
        [
          { name: 'v0', mtu: 1400 },
          { name: 'u0', mtu: 1500 },
        ],
        '/links/1/mtu',
      ],
      [
        [
          { name: 'v0', mtu: 1400 },
          { name: 'u0', absent: true },
          { ...options, name: 'u1', kind, mtu: 1401 },
        ],
        '/links/2/mtu',
      ],
    ]
    for (const [links, path] of wrong) {
      const before = host.picture()
      const { problems } = await host.refuses({ links }, 'INVALID_SPEC')
      t.deepEqual(
        problems?.map((problem) => problem.path),
        [path],
      )
      t.deepEqual(host.picture(), before)
    }
    await host.converges({
      links: [
        { name: 'u0', mtu: 1600 },
        { name: 'v0', mtu: 1600 },
      ],
    })
    await host.converges({ links: [{ name: 'v0', mtu: 1400 }] })
    t.is(host.ip('link', 'show', 'u0')[0]?.['mtu'], 1400)
  })
}
