import test from 'ava'
import type { LinkSpec } from '../../src/spec/types.js'
import { succeeds } from '../helpers/program.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

/** Links that take ports, and how `ip` makes them. */
const masters = {
  bridge: 'ip link add m0 type bridge',
  bond: 'ip link add m0 type bond',
  backup: 'ip link add m0 type bond mode active-backup',
  team: 'ip link add m0 type team',
  vrf: 'ip link add m0 type vrf table 77',
  batadv: 'ip link add m0 type batadv',
}

/** Links that are no port of some, and how `ip` makes them. */
const ports = {
  lo: 'true',
  tun: 'ip tuntap add p0 mode tun',
  gre: 'ip link add p0 type gre remote 192.0.2.9',
  vti6: 'ip link add p0 type vti6 key 5 remote 2001:db8::9',
  wireguard: 'ip link add p0 type wireguard',
  vcan: 'ip link add p0 type vcan',
  ifb: 'ip link add p0 type ifb',
  vrf: 'ip link add p0 type vrf table 78',
  bridge: 'ip link add p0 type bridge',
  netkit: 'ip link add p0 type netkit',
}

type Case = readonly [port: keyof typeof ports, master: keyof typeof masters, says?: RegExp]

const takesNoMac =
  /: p0 is a \w+, which takes no MAC address: it can be a port of m0 with bond.mode active-backup alone$/
const isNone = /: (p0|lo) is [^,]+, and cannot be a port of a \w+$/
const cases: readonly Case[] = [
  ['lo', 'bridge', isNone],
  ['lo', 'team', isNone],
  ['lo', 'vrf', isNone],
  ['lo', 'batadv', isNone],
  ['lo', 'bond'],
  ['tun', 'bridge', isNone],
  ['tun', 'bond', takesNoMac],
  ['tun', 'batadv', isNone],
  ['tun', 'team'],
  ['tun', 'vrf'],
  ['gre', 'bond', takesNoMac],
  ['gre', 'batadv', isNone],
  ['gre', 'backup'],
  ['gre', 'team'],
  ['vti6', 'bond', takesNoMac],
  ['wireguard', 'bond', takesNoMac],
  ['wireguard', 'backup'],
  ['ifb', 'bond', takesNoMac],
  ['ifb', 'bridge'],
  ['vcan', 'bond', isNone],
  ['vcan', 'backup', isNone],
  ['vrf', 'vrf', isNone],
  ['vrf', 'bridge', /: p0 is a vrf, which hands its frames to no bridge such as m0$/],
  ['bridge', 'bridge', isNone],
  ['netkit', 'bridge', /: p0 is a netkit without a MAC address, and cannot be a port of a bridge$/],
  ['netkit', 'bond'],
]

for (const [port, master, says] of cases) {
  const setup = `${masters[master]} && ${ports[port]}`
  const name = port === 'lo' ? 'lo' : 'p0'
  const run = succeeds(['unshare', '--net', 'sh', '-c', setup]) ? test : test.skip
  run(
    `${says ? 'refused before anything is done, as the kernel refuses it' : 'taken'}: ${port} in ${master}`,
    async (t) => {
      const namespace = reconcileNamespace(t)
      namespace.sh(setup)
      const link: LinkSpec = { name, master: 'm0' }
      if (says) {
        t.regex(namespace.sh(`ip link set ${name} master m0 2>&1 || true`), /./)
        const { message, path } = await namespace.refuses({ links: [link] }, 'INVALID_SPEC')
        t.regex(message, says)
        t.is(path, '/links/0/master')
      } else {
        const report = await namespace.apply({ links: [link] })
        t.true(report.changed)
        t.is(namespace.ip('link', 'show', 'dev', name)[0]?.['master'], 'm0')
      }
    },
  )
}

test.serial('options as a port of who is none, or another one, are told before anything is done', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge; ip tuntap add dev t0 mode tap; ip tuntap add dev t1 mode tap')
  namespace.sh('ip link set t1 master br0')
  const problemOf = async (link: LinkSpec): Promise<string | undefined> => {
    const { problems } = await namespace.refuses({ links: [link] }, 'INVALID_SPEC')
    return problems?.map(({ path, message }) => `${path}: ${message}`).join()
  }
  const isNone = '/links/0/bridgePort: options of a bridgePort were given, but'
  t.is(await problemOf({ name: 't0', bridgePort: { cost: 9 } }), `${isNone} t0 has no master`)
  t.is(await problemOf({ name: 't2', kind: 'tap', bridgePort: { cost: 9 } }), `${isNone} t2 has no master`)
  t.is(
    await problemOf({ name: 't1', bondPort: { priority: 9 } }),
    '/links/0/bondPort: options of a bondPort were given, but the master br0 is a bridge',
  )
  await namespace.converges({ links: [{ name: 't1', bridgePort: { cost: 9 } }] })
})
