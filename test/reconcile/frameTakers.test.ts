import test from 'ava'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { succeeds } from '../helpers/program.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

/** Links that others are to stand on, or be ports of, and how `ip` makes them. */
const made = {
  // A pair would be looked at with all links.
  d0: 'ip tuntap add d0 mode tap && ip tuntap add d1 mode tap',
  br0: 'ip link add br0 type bridge',
  bo0: 'ip link add bo0 type bond',
  vlan: 'ip link add link d0 name vlan type vlan id 7',
  vrf: 'ip link add name vrf type vrf table 77',
  ipvlan: 'ip link add d2 type veth peer name e2 && ip link add link d2 name ipvlan type ipvlan',
  macvtap: 'ip link add d3 type veth peer name e3 && ip link add link d3 name macvtap type macvtap',
  hsr: 'ip link add d4 type veth peer name d5 && ip link add hsr type hsr slave1 d4 slave2 d5',
}

/** What is on each, how `ip` does it, and what a plan says; `before` is there already. */
interface Case {
  readonly needs: readonly (keyof typeof made)[]
  readonly before?: string
  readonly link: LinkSpec
  readonly command: string
  readonly says: RegExp
}

const macvlan: LinkSpec = { name: 'x', kind: 'macvlan', macvlan: { link: 'd0' } }
const addMacvlan = 'ip link add link d0 name x type macvlan'
const cases: readonly Case[] = [
  {
    needs: ['d0', 'br0'],
    before: 'ip link set d0 master br0',
    link: macvlan,
    command: addMacvlan,
    says: /d0 cannot hand its frames to both the bridge br0 and the MACVLAN x/,
  },
  {
    needs: ['d0', 'bo0'],
    before: addMacvlan,
    link: { name: 'd0', master: 'bo0' },
    command: 'ip link set d0 master bo0',
    says: /d0 cannot hand its frames to both the MACVLAN x and the bond bo0/,
  },
  {
    needs: ['d0'],
    before: 'ip link add link d0 name i0 type ipvlan',
    link: macvlan,
    command: addMacvlan,
    says: /d0 cannot hand its frames to both the IPVLAN i0 and the MACVLAN x/,
  },
  {
    needs: ['d0', 'hsr'],
    before: addMacvlan,
    link: { name: 'y', kind: 'hsr', hsr: { slave1: 'd1', slave2: 'd0' } },
    command: 'ip link add y type hsr slave1 d1 slave2 d0',
    says: /d0 cannot hand its frames to both the MACVLAN x and the HSR y/,
  },
  {
    needs: ['d0', 'vlan', 'hsr'],
    link: { name: 'y', kind: 'hsr', hsr: { slave1: 'd1', slave2: 'vlan' } },
    command: 'ip link add y type hsr slave1 d1 slave2 vlan',
    says: /y cannot stand on vlan: no hsr stands on a link of kind vlan/,
  },
  {
    needs: ['d0', 'hsr'],
    link: { name: 'y', kind: 'hsr', hsr: { slave1: 'hsr', slave2: 'd0' } },
    command: 'ip link add y type hsr slave1 hsr slave2 d0',
    says: /y cannot stand on hsr: no hsr stands on a link of kind hsr/,
  },
  ...(['vrf', 'ipvlan'] as const).map(
    (lower): Case => ({
      needs: ['d0', lower],
      link: { name: 'y', kind: 'vlan', vlan: { link: lower, id: 5 } },
      command: `ip link add link ${lower} name y type vlan id 5`,
      says: /y cannot stand on \w+: no vlan stands on a link of kind/,
    }),
  ),
  ...(['vrf', 'ipvlan', 'macvtap'] as const).map(
    (lower): Case => ({
      needs: ['d0', lower],
      link: { name: 'y', kind: 'macsec', macsec: { link: lower } },
      command: `ip link add link ${lower} name y type macsec`,
      says: /is a \w+, which hands its frames to no MACsec such as y/,
    }),
  ),
  {
    needs: ['macvtap', 'br0'],
    link: { name: 'macvtap', master: 'br0' },
    command: 'ip link set macvtap master br0',
    says: /macvtap is a macvtap, which hands its frames to no bridge such as br0/,
  },
]

const setupOf = ({ needs, before = 'true' }: Case): string => [...needs.map((name) => made[name]), before].join(' && ')

for (const play of cases) {
  const isMade = succeeds(['unshare', '--net', 'sh', '-c', setupOf(play)])
  const run = isMade ? test : test.skip
  run(`refused before anything is done, as the kernel refuses it: ${play.command}, after ${play.before}`, async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh(setupOf(play))
    t.not(namespace.sh(`${play.command} 2>&1 || true`), '')
    const error = await namespace.refuses({ links: [play.link] }, 'INVALID_SPEC')
    t.regex(error.message, play.says)
    t.regex(error.path ?? '', /^\/links\/0\//)
  })
}

test('a device hands its frames to several of one sort, and in turn to one after the other', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1 && ip link set v1 up')
  const macvlan = (name: string): LinkSpec => ({ name, kind: 'macvlan', macvlan: { link: 'v0' } })
  const inBridge: Spec = {
    links: [
      { name: 'br0', kind: 'bridge' },
      { name: 'v0', master: 'br0' },
    ],
  }
  await namespace.converges({ links: [macvlan('a'), macvlan('b')] })
  await namespace.converges({
    links: [...(inBridge.links ?? []), { name: 'a', absent: true }, { name: 'b', absent: true }],
  })
  await namespace.converges({ links: [{ name: 'v0', master: null }, macvlan('a')] })
})
