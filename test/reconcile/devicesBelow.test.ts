import test from 'ava'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { kernelIsAtLeast } from '../../src/system/kernelRelease.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const above = {
  vlan: (link: string): LinkSpec => ({ name: 'v9', kind: 'vlan', vlan: { link, id: 9 } }),
  macvlan: (link: string): LinkSpec => ({ name: 'm9', kind: 'macvlan', macvlan: { link } }),
}
/** How `ip` makes them. */
const commands = {
  vlan: (link: string) => `ip link add link ${link} name v9 type vlan id 9`,
  macvlan: (link: string) => `ip link add link ${link} name m9 type macvlan`,
}

/** What carries no Ethernet frames, and how it is made. */
const below: readonly (readonly [string, string, LinkSpec])[] = [
  ['lo', 'true', { name: 'lo' }],
  ['tun0', 'ip tuntap add tun0 mode tun', { name: 'tun0', kind: 'tun' }],
  [
    'ip1',
    'ip link add ip1 type ipip local 10.0.0.1 remote 10.0.0.2',
    { name: 'ip1', kind: 'ipip', ipip: { local: '10.0.0.1', remote: '10.0.0.2' } },
  ],
  ['w0', 'ip link add w0 type wireguard', { name: 'w0', kind: 'wireguard' }],
]

for (const kind of ['vlan', 'macvlan'] as const) {
  for (const [name, make, spec] of below) {
    if (kind === 'vlan' && name !== 'lo' && !kernelIsAtLeast(6, 15)) continue
    test(`refused before anything is done: a ${kind} on ${name}, as the kernel refuses it`, async (t) => {
      const namespace = reconcileNamespace(t)
      const made = namespace.sh(`(${make}) 2>&1 || true`)
      const refused = async (whole: Spec, index: number): Promise<void> => {
        const error = await namespace.refuses(whole, 'INVALID_SPEC')
        t.is(error.path, `/links/${index}/${kind}`, error.message)
        t.regex(error.message, new RegExp(`is a ${kind}, which needs an Ethernet device below: ${name} is none`))
      }
      if (made === '') {
        t.regex(
          namespace.sh(`${commands[kind](name)} 2>&1 || true`),
          /VLANs not supported on device|Invalid argument|Unknown device type/,
        )
        await refused({ links: [above[kind](name)] }, 0)
        if (name !== 'lo') namespace.sh(`ip link delete ${name}`)
      }
      await refused({ links: [above[kind](name), spec] }, 0)
    })
  }
}
