import test from 'ava'
import { apply } from '../../src/reconcile/apply.js'
import { snapshot } from '../../src/reconcile/snapshot.js'
import type { Spec } from '../../src/spec/types.js'
import { FakeKernel } from '../../src/testing/index.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const failing = { guards: [() => false] }
const read = ({ sh }: ReconcileNamespace, ...files: readonly string[]) =>
  sh(`cat ${files.map((file) => `/proc/sys/net/${file}`).join(' ')}`)
    .trim()
    .split('\n')
    .join(' ')

const settings: Spec = {
  links: [
    {
      name: 'br0',
      kind: 'bridge',
      sysctl: {
        ipv4: { rpFilter: 2, proxyArp: true, arpIgnore: 8, bcForwarding: true },
        ipv6: { acceptRa: 0, forwarding: true, acceptRaMinHopLimit: 7 },
      },
    },
  ],
}
const files = [
  ...['rp_filter', 'proxy_arp', 'arp_ignore', 'bc_forwarding'].map((name) => `ipv4/conf/br0/${name}`),
  ...['accept_ra', 'forwarding', 'accept_ra_min_hop_limit'].map((name) => `ipv6/conf/br0/${name}`),
]

test('settings of a link are written, verified, changed and undone', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges(settings)
  t.is(read(namespace, ...files), '2 1 8 1 0 1 7')
  const change: Spec = {
    links: [{ name: 'br0', sysctl: { ipv4: { rpFilter: 1 }, ipv6: { acceptRa: 2, dadTransmits: 3 } } }],
  }
  const plan = await namespace.plan(change)
  t.deepEqual(plan.steps[0]?.changes, [
    { property: 'sysctl.ipv4.rpFilter', before: '2', after: '1' },
    { property: 'sysctl.ipv6.acceptRa', before: '0', after: '2' },
    { property: 'sysctl.ipv6.dadTransmits', before: '1', after: '3' },
  ])
  t.is(plan.steps[0]?.equivalent.split('\n')[0], 'sysctl -w net/ipv4/conf/br0/rp_filter=1')
  t.is((await namespace.fails(change, failing)).code, 'GUARD_FAILED')
  t.is(read(namespace, ...files, 'ipv6/conf/br0/dad_transmits'), '2 1 8 1 0 1 7 1')
  await namespace.converges(change)
  t.is(read(namespace, ...files), '1 1 8 1 2 1 7')
})

test('a link made anew gets the settings that are stated, and one that goes without IPv6 gets it back', async (t) => {
  const namespace = reconcileNamespace(t)
  const spec = (id: number): Spec => ({
    links: [
      {
        name: 'x0',
        kind: 'vxlan',
        vxlan: { id, remote: '10.0.0.7', port: 4789 },
        sysctl: { ipv4: { arpNotify: true } },
      },
    ],
  })
  await namespace.converges(spec(5))
  await namespace.converges(spec(6))
  t.is(read(namespace, 'ipv4/conf/x0/arp_notify'), '1')
  namespace.sh('ip address add fd00::1/64 dev x0 nodad && ip -6 route add fd77::/32 via fd00::9 proto static')
  const without: Spec = { links: [{ name: 'x0', sysctl: { ipv6: { disableIpv6: true } } }] }
  await namespace.refuses(without, 'GUARD_FAILED', failing)
  await namespace.apply(without)
  t.is(namespace.sh('ip -6 address show dev x0'), '')
})

test('a link comes up with its settings, be it new, the other end of a pair or one that was down', async (t) => {
  const namespace = reconcileNamespace(t)
  // With link-local addresses, which are asked for as a link comes up.
  namespace.sh('sysctl -qw net.ipv6.conf.default.addr_gen_mode=0 net.ipv6.conf.default.accept_dad=1')
  namespace.sh('ip link add d0 type veth peer name d1')
  const sysctl = { ipv6: { disableIpv6: true } }
  const spec: Spec = {
    links: [
      { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } }, sysctl },
      { name: 'v1', sysctl },
      { name: 'd0', up: true, sysctl },
      { name: 'br0', kind: 'bridge' },
      { name: 'd1', up: true, sysctl },
      { name: 'm0', kind: 'macvlan', macvlan: { link: 'br0' }, sysctl: { ipv6: { acceptRa: 0, mtu: 1300 } } },
    ],
  }
  const { steps } = await namespace.converges(spec, { quiet: true })
  const commands = steps.map(({ equivalent }) => equivalent)
  for (const name of ['v0', 'v1', 'd0', 'd1', 'm0']) {
    const set = commands.findIndex((lines) => lines.includes(`net/ipv6/conf/${name}/`))
    const up = commands.findIndex((lines) => new RegExp(`link set dev ${name} (.* )?up$`, 'm').test(lines))
    t.true(set >= 0 && set < up, `${name}: ${commands.join('; ')}`)
  }
  for (const name of ['v0', 'v1', 'd0', 'd1']) {
    const [shown] = JSON.parse(namespace.sh(`ip -j -s link show dev ${name}`))
    t.is(shown.stats64.tx.packets, 0, name)
  }
  t.is(read(namespace, 'ipv6/conf/m0/accept_ra', 'ipv6/conf/m0/mtu'), '0 1300')
  const error = await namespace.fails({ links: [{ name: 'm0', txQueues: 3 }] }, failing)
  t.true(error.rollback?.restored, error.rollback?.error)
  t.is(read(namespace, 'ipv6/conf/m0/accept_ra', 'ipv6/conf/m0/mtu'), '0 1300')
})

test('a setting that the kernel lacks, or a value that it does not take, is one clear error', async (t) => {
  const namespace = reconcileNamespace(t)
  const unknown = await namespace.refuses({ links: [{ name: 'lo', sysctl: { ipv4: { rpFiltr: 1 } } }] }, 'INVALID_SPEC')
  t.is(
    unknown.message,
    '/links/0/sysctl/ipv4/rpFiltr: this kernel has no setting ipv4/conf/*/rp_filtr (did you mean rpFilter?)',
  )
  await namespace.refuses({ links: [{ name: 'lo', sysctl: { ipv4: { rpFilter: 3 } } }] }, 'INVALID_SPEC')
  await namespace.refuses(
    { links: [{ name: 'lo', addresses: ['fd00::1/64'], sysctl: { ipv6: { disableIpv6: true } } }] },
    /and no IPv6/,
  )
  const refused = await namespace.refuses({ links: [{ name: 'lo', sysctl: { ipv4: { tag: 'x' } } }] }, 'EINVAL')
  t.regex(refused.message, /^link lo: sysctl net\.ipv4\.conf\.lo\.tag: write: Invalid argument/)
})

test('nothing is read of links whose settings nobody states', async (t) => {
  const kernel = new FakeKernel()
  const asked: string[] = []
  const { readSysctl } = kernel
  kernel.readSysctl = (name) => {
    if (name.includes('/conf/') && !name.includes('/all/')) asked.push(name)
    return readSysctl.call(kernel, name)
  }
  const links = Array.from({ length: 20 }, (_, index) => ({ name: `tap${index}`, kind: 'tap' }))
  ;(await apply({ links }, { kernel })).unwrap()
  t.deepEqual(asked, [])
  ;(await apply({ links: [{ name: 'tap3', sysctl: { ipv4: { rpFilter: 2 } } }] }, { kernel })).unwrap()
  t.deepEqual([...new Set(asked)].sort(), ['ipv4/conf/default/rp_filter', 'ipv4/conf/tap3/rp_filter'])
})

test('a snapshot tells of settings where it is asked to, and they come along into an empty namespace', async (t) => {
  const [one, other] = [reconcileNamespace(t), reconcileNamespace(t)]
  await one.converges({ ...settings, forwarding: { ipv4: true } })
  one.sh('echo 0 >/proc/sys/net/ipv4/conf/br0/forwarding')
  t.is((await one.snapshot()).links?.find(({ name }) => name === 'br0')?.sysctl, undefined)
  const options = { namespace: { fd: one.fd }, sysctls: true }
  const result = await snapshot(options)
  if (result.err) throw result.val
  t.deepEqual(result.val.links?.find(({ name }) => name === 'br0')?.sysctl, {
    ipv4: { rpFilter: 2, proxyArp: true, arpIgnore: 8, bcForwarding: 1, forwarding: false },
    ipv6: { acceptRa: 0, forwarding: true, acceptRaMinHopLimit: 7 },
  })
  t.true((await one.plan(result.val)).empty)
  await other.converges(result.val)
  const all = ({ sh }: ReconcileNamespace) =>
    sh('cd /proc/sys/net && grep -sH . ipv[46]/conf/br0/* | grep -v addr_gen_mode')
  t.is(all(other), all(one))
})

test('a link that is made anew, or comes back, has the settings that it had, whoever wrote them', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply({
    links: [
      { name: 'tap0', kind: 'tap', up: true },
      { name: 'tap1', kind: 'tap', up: true },
      { name: 'tap2', kind: 'tap', up: true, mtu: 1400 },
    ],
  })
  const [strict, advertised] = ['ipv4/conf/tap0/rp_filter', 'ipv6/conf/tap0/accept_ra']
  namespace.sh(`cd /proc/sys/net; echo 2 > ${strict}; echo 0 > ${advertised}; echo 1 > ipv4/conf/tap1/proxy_arp`)
  const others = ['ipv4/conf/tap1/proxy_arp', 'ipv4/conf/tap2/proxy_arp', 'ipv4/conf/tap1/rp_filter']
  const gone: Spec = { links: ['tap0', 'tap1', 'tap2'].map((name) => ({ name, absent: true })) }
  await namespace.fails(gone, failing)
  t.is(read(namespace, strict, advertised, ...others), '2 0 1 0 0')
  const anew = await namespace.converges({
    links: [{ name: 'tap0', tap: { multiQueue: true }, sysctl: { ipv4: { rpFilter: 1 } } }],
  })
  t.regex(anew.steps.map(({ equivalent }) => equivalent).join('\n'), /accept_ra=0/)
  t.is(read(namespace, strict, advertised, ...others), '1 0 1 0 0')
})

test('a link that is made anew, or comes back, has the MTU of IPv6 that it had, unless that is too large by now', async (t) => {
  const [namespace, other] = [reconcileNamespace(t), reconcileNamespace(t)]
  const links = ['tap0', 'tap1', 'tap2', 'tap3'].map((name) => ({ name, kind: 'tap', up: true }) as const)
  await namespace.apply({ links })
  const files = links.map(({ name }) => `ipv6/conf/${name}/mtu`)
  namespace.sh('cd /proc/sys/net/ipv6/conf && echo 1300 >tap0/mtu && echo 1400 >tap1/mtu')
  const state = await snapshot({ namespace: { fd: namespace.fd }, sysctls: true })
  await namespace.fails({ links: links.map(({ name }) => ({ name, absent: true })) }, failing)
  t.is(read(namespace, ...files), '1300 1400 1500 1500')
  await namespace.converges({ links: links.map(({ name }) => ({ name, tap: { multiQueue: true } })) })
  t.is(read(namespace, ...files), '1300 1400 1500 1500')
  await namespace.converges({ links: [{ name: 'tap1', mtu: 1350, tap: { multiQueue: false } }] })
  t.is(read(namespace, ...files), '1300 1350 1500 1500')
  await other.converges(state.unwrap())
  t.is(read(other, ...files), '1300 1400 1500 1500')
})

test('what the kernel changes along with forwarding comes back when that is undone', async (t) => {
  const namespace = reconcileNamespace(t)
  const files = ['ipv4/conf/all/accept_redirects', 'ipv4/conf/default/forwarding', 'ipv6/conf/default/forwarding']
  namespace.sh('cd /proc/sys/net && echo 0 >ipv4/conf/all/accept_redirects && echo 1 >ipv6/conf/default/forwarding')
  const error = await namespace.fails({ forwarding: { ipv4: true, ipv6: true } }, failing)
  t.true(error.rollback?.restored, error.rollback?.error)
  t.is(read(namespace, ...files), '0 0 1')
  t.true(
    error.rollback?.steps.includes(
      'sysctl -w net.ipv4.ip_forward=0 net.ipv4.conf.default.forwarding=0 net.ipv4.conf.all.accept_redirects=0',
    ),
  )
})

test('links that forward otherwise than their namespace do so again when its forwarding is undone', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge; ip link add br1 type bridge')
  const files = ['br0', 'br1'].flatMap((link) => ['ipv4', 'ipv6'].map((family) => `${family}/conf/${link}/forwarding`))
  const spec: Spec = { forwarding: { ipv4: true, ipv6: true }, links: [{ name: 'br1', mtu: 1400 }] }
  namespace.sh('cd /proc/sys/net && echo 1 >ipv4/conf/br0/forwarding && echo 1 >ipv6/conf/br1/forwarding')
  const error = await namespace.fails(spec, failing)
  t.true(error.rollback?.restored, error.rollback?.error)
  t.is(read(namespace, ...files), '1 0 0 1')
  await namespace.converges(spec)
  namespace.sh('cd /proc/sys/net && echo 0 >ipv4/conf/br1/forwarding && echo 0 >ipv6/conf/br0/forwarding')
  await namespace.fails({ forwarding: { ipv4: false, ipv6: false } }, failing)
  t.is(read(namespace, ...files), '1 0 0 1')
})
