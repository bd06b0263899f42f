import test from 'ava'
import { plan } from '../../src/reconcile/apply.js'
import type { ConfineSpec, PortForwardSpec } from '../../src/spec/firewallTypes.js'
import type { Spec } from '../../src/spec/types.js'
import { FakeKernel } from '../../src/testing/index.js'
import { programExists } from '../helpers/program.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const withNft = programExists('nft') ? test.serial : test.serial.skip

const own = (index: number): ConfineSpec => ({
  mac: `02:00:00:00:00:1${index}`,
  addresses: [`10.0.0.1${index}`, `fd00::1${index}`],
})

const forward = { protocol: 'tcp', port: 80 } as const
const everywhere: PortForwardSpec = { ...forward, to: '10.0.0.1:80' }
const byLink: PortForwardSpec = { ...forward, in: 'up0', to: '10.0.0.2:80' }
const forAddress: PortForwardSpec = { ...forward, address: '192.0.2.1', to: '10.0.0.3:80' }
const forBoth: PortForwardSpec = { ...forward, in: 'up0', address: '192.0.2.1', to: '10.0.0.4:80' }

for (const { title, steps } of [
  { title: 'at once', steps: [[forBoth, everywhere, forAddress, byLink]] },
  { title: 'the narrowest first', steps: [[forBoth], [forAddress], [byLink], [everywhere]] },
  { title: 'the widest first', steps: [[everywhere], [byLink], [forAddress], [forBoth]] },
  {
    title: 'between others',
    steps: [
      [everywhere, forBoth],
      [byLink, forAddress],
    ],
  },
]) {
  withNft(`of the forwards of a port the narrower one counts: ${title}`, async (t) => {
    const host = reconcileNamespace(t)
    const targets = (): string[] =>
      [...host.sh('nft list ruleset').matchAll(/dnat ip to (\S+)/g)].map(([, target = '']) => target)
    for (const portForward of steps) await host.converges({ nat: { portForward } })
    const inOrder = ['10.0.0.4:80', '10.0.0.3:80', '10.0.0.2:80', '10.0.0.1:80']
    t.deepEqual(targets(), inOrder)
    const without = { nat: { portForward: [forBoth, forAddress].map((one) => ({ ...one, absent: true })) } }
    await host.fails(without, { guards: [() => false] })
    t.deepEqual(targets(), inOrder)
  })
}

withNft('forwards of a port that stand in the wrong order are mended', async (t) => {
  const host = reconcileNamespace(t)
  await host.converges({ nat: { portForward: [byLink, everywhere] } })
  const handle = / handle (\d+)/.exec(host.sh('nft -a list ruleset | grep 10.0.0.2:80'))?.[1]
  host.sh(`nft delete rule inet linkwright natPrerouting handle ${handle}`)
  const rule = 'meta nfproto ipv4 iifname up0 meta l4proto tcp tcp dport 80 dnat ip to 10.0.0.2:80'
  host.sh(`nft 'add rule inet linkwright natPrerouting ${rule} comment "port-forward tcp 80 in up0 to 10.0.0.2 80"'`)
  await host.converges({ nat: { portForward: [byLink, everywhere] } })
  t.regex(host.sh('nft list ruleset'), /10\.0\.0\.2:80[\s\S]*10\.0\.0\.1:80/)
})

withNft('nft shows what was made, and nothing once it is gone; the tables of others stay', async (t) => {
  const host = reconcileNamespace(t)
  host.sh('nft add table inet other; nft add chain inet other c "{ type filter hook input priority 0; }"')
  const foreign = host.sh('nft -j list ruleset')
  const confine = { ...own(0), host: [{ protocol: 'tcp' as const, port: 22 }], ingress: { bits: 8_000_000 } }
  const spec: Spec = {
    links: [{ name: 'g0', kind: 'tap', confine }],
    nat: {
      masquerade: [{ from: '10.0.0.0/24', out: 'up0' }, { from: '10.1.0.0/16' }],
      portForward: [{ protocol: 'tcp', port: 8080, to: '10.0.0.10:80', in: 'up0', address: '192.0.2.1' }],
    },
  }
  await host.converges(spec)
  const shown = host.sh('nft list ruleset')
  for (const line of [
    'ip saddr 10.0.0.0/24 oifname "up0" masquerade',
    'ip saddr 10.1.0.0/16 ip daddr != 10.1.0.0/16 masquerade',
    'iifname "up0" ip daddr 192.0.2.1 tcp dport 8080 dnat ip to 10.0.0.10:80',
    'rate over 1000000 bytes/second\n',
    '"g0" . 10.0.0.10',
    '"g0" . fe80::ff:fe00:10',
    '10.0.0.10 . tcp . 22',
  ]) {
    t.true(shown.includes(line), line)
  }
  t.deepEqual(
    JSON.parse(host.sh('nft -j list table inet other')).nftables.slice(1),
    JSON.parse(foreign).nftables.slice(1),
  )
  t.deepEqual((await host.snapshot()).nat, {
    masquerade: [{ from: '10.0.0.0/24', out: 'up0' }, { from: '10.1.0.0/16' }],
    portForward: [{ protocol: 'tcp', port: 8080, to: '10.0.0.10:80', in: 'up0', address: '192.0.2.1' }],
  })
  t.true((await host.plan(await host.snapshot())).empty)
  await host.apply({ links: [] }, { prune: true })
  t.is(host.sh('nft -j list ruleset'), foreign)
})

withNft('what somebody changed in the tables is mended', async (t) => {
  const host = reconcileNamespace(t)
  const spec: Spec = {
    links: [{ name: 'g0', kind: 'tap', confine: own(0) }],
    nat: { masquerade: [{ from: '10.0.0.0/24', out: 'up0' }] },
  }
  await host.apply(spec)
  // A chain that is made anew comes last in its table.
  const shown = (): string[] =>
    host
      .sh('nft -s list ruleset')
      .split(/\n\n|\n}\n/)
      .sort()
  const made = shown()
  for (const damage of [
    'nft flush chain bridge linkwright source',
    'nft delete chain bridge linkwright prerouting',
    'nft delete table bridge linkwright',
    'nft delete table arp linkwright',
    'nft add table inet linkwright "{ flags dormant; }"',
    'nft add table bridge linkwright "{ flags dormant; }"',
    'nft chain inet linkwright forward "{ policy drop; }"',
    'nft insert rule inet linkwright prerouting accept',
    'nft add rule inet linkwright natPostrouting masquerade',
    'nft add element inet linkwright macs \'{ "g9" . 02:00:00:00:00:99 }\'',
  ]) {
    host.sh(damage)
    t.notDeepEqual(shown(), made, damage)
    t.false((await host.plan(spec)).empty && !damage.includes('g9'), damage)
    await host.apply(spec, { prune: true })
    t.deepEqual(shown(), made, damage)
  }
})

withNft('a failure takes back what was done to the tables', async (t) => {
  const host = reconcileNamespace(t)
  await host.apply({
    links: [{ name: 'g0', kind: 'tap', confine: own(0) }],
    nat: { portForward: [{ protocol: 'tcp', port: 80, to: '10.0.0.10' }] },
  })
  const before = host.sh('nft -s list ruleset')
  const error = await host.refuses(
    {
      links: [
        { name: 'g0', confine: { ...own(1), egress: { packets: 5 } } },
        { name: 'g1', kind: 'tap', confine: own(2), addresses: ['10.0.0.1/24'] },
      ],
      nat: { portForward: [{ protocol: 'tcp', port: 80, to: '10.0.0.11' }], masquerade: [{ from: '10.0.0.0/24' }] },
      routes: [{ to: '10.9.0.0/16', via: '10.200.0.1' }],
    },
    'ENETUNREACH',
  )
  t.true(error.rollback?.restored)
  t.is(host.sh('nft -s list ruleset'), before)
})

test.serial('owners have tables of their own', async (t) => {
  const host = reconcileNamespace(t)
  const nat = (from: string): Spec => ({ nat: { masquerade: [{ from }] } })
  await host.apply(nat('10.1.0.0/24'))
  await host.apply(nat('10.2.0.0/24'), { owner: 'vpn', protocol: 110 })
  t.deepEqual((await host.snapshot()).nat, { masquerade: [{ from: '10.1.0.0/24' }] })
  const pruned = await host.plan({}, { owner: 'vpn', protocol: 110, prune: true })
  t.deepEqual(
    pruned.steps.map(({ object, id }) => `${object} ${id}`),
    ['masquerade 10.2.0.0/24'],
  )
})

test.serial('a forwarded port is taken away without saying where it went', async (t) => {
  const host = reconcileNamespace(t)
  const [first, second] = [
    { protocol: 'tcp', port: 80, in: 'up0' },
    { protocol: 'udp', port: 53, address: 'fd00::1' },
  ] as const
  await host.apply({
    nat: {
      portForward: [
        { ...first, to: '10.0.0.2' },
        { ...first, to: 'fd00::2' },
        { ...second, to: 'fd00::3' },
        { protocol: 'tcp', port: 81, to: '10.0.0.2' },
      ],
    },
  })
  await host.converges({ nat: { portForward: [first, second].map((one) => ({ ...one, absent: true })) } })
  t.deepEqual((await host.snapshot()).nat?.portForward, [{ protocol: 'tcp', port: 81, to: '10.0.0.2:81' }])
  t.is((await host.fails({ nat: { portForward: [first] } })).path, '/nat/portForward/0')
})

test.serial('the commands of a change begin with taking away what was there', async (t) => {
  const host = reconcileNamespace(t)
  const spec = (address: string): Spec => ({
    links: [{ name: 'g0', kind: 'tap', confine: { addresses: [address] } }],
    nat: { portForward: [{ protocol: 'tcp', port: 80, to: address }] },
  })
  await host.apply(spec('10.0.0.2'))
  const steps = (await host.plan(spec('10.0.0.3'))).steps
  t.deepEqual(
    steps.flatMap(({ equivalent }) => equivalent.split('\n')),
    [
      'nft delete rule inet linkwright natPrerouting handle …  # tcp 80',
      'nft add rule inet linkwright natPrerouting tcp dport 80 dnat ip to 10.0.0.3:80',
      '# take g0 out of the sets of table linkwright',
      `nft add element inet linkwright addressLinks '{ "g0" }'`,
      `nft add element inet linkwright addresses4 '{ "g0" . 10.0.0.3 }'`,
    ],
  )
})

test.serial('what makes no sense is refused, each with its place', async (t) => {
  const host = reconcileNamespace(t)
  const spec: Spec = {
    links: [
      { name: 'g0', kind: 'tap', confine: { host: [] } },
      { name: 'g1', kind: 'tap', confine: { addresses: ['10.0.0.1'], host: [{ protocol: 'icmp', port: 1 }] } },
      { name: 'g2', kind: 'tap', confine: { addresses: ['10.0.0.1'] } },
      { name: 'g3', kind: 'tap', confine: {} },
    ],
    nat: {
      masquerade: [{ from: '10.0.0.1/24' }],
      portForward: [
        { protocol: 'tcp', port: 80, to: '10.0.0.2', address: 'fd00::1' },
        { protocol: 'tcp', port: 81, to: '10.0.0.2' },
        { protocol: 'tcp', port: 81, to: '10.0.0.3' },
      ],
    },
  }
  const error = await host.fails(spec)
  t.deepEqual(
    error.problems?.map(({ path }) => path),
    [
      '/links/0/confine/host',
      '/links/1/confine/host/0/port',
      '/links/2/confine/addresses/0',
      '/links/3/confine',
      '/nat/masquerade/0/from',
      '/nat/portForward/0/address',
      '/nat/portForward/2',
    ],
  )
  for (const to of ['10.0.0.2:0', '10.0.0.2:70000', '[10.0.0.1]:80', 'host:80', '']) {
    t.is(
      (await host.fails({ nat: { portForward: [{ protocol: 'tcp', port: 1, to }] } })).path,
      '/nat/portForward/0/to',
      to,
    )
  }
})

test.serial('a kernel without nf_tables says so before anything is done', async (t) => {
  const planned = await plan({ nat: { masquerade: [{ from: '10.0.0.0/24' }] } }, { kernel: new FakeKernel() })
  t.regex(String(planned.err && planned.val.message), /this kernel has no nf_tables/)
})

withNft('thousands of entries at once, more than a send buffer holds', async (t) => {
  const host = reconcileNamespace(t)
  const portForward = Array.from({ length: 6000 }, (_, index): PortForwardSpec => {
    return { protocol: 'tcp', port: 1 + index, to: '10.0.0.2:80', in: 'up0' }
  })
  await host.apply({ nat: { portForward } })
  t.is(Number(host.sh('nft list ruleset | grep -c "dnat ip to 10.0.0.2:80"')), 6000)
  t.true((await host.plan({ nat: { portForward } })).empty)
  await host.apply({}, { prune: true })
  t.is(host.sh('nft list ruleset'), '')
})
