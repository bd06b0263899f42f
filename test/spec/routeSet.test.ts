import test from 'ava'
import { NetworkError } from '../../src/error.js'
import { RouteSet } from '../../src/spec/routeSet.js'
import type { RouteSpec } from '../../src/spec/types.js'

const varied: RouteSpec[] = [
  { to: 'default', via: '10.0.0.1' },
  { to: '10.1.0.0/16', via: '10.0.0.2', dev: 'eth0', metric: 100, table: 'main', protocol: 'static', onlink: true },
  { to: '10.2.0.0/16', type: 'blackhole' },
  { to: '10.3.0.0/16', nexthops: [{ via: '10.0.0.2', weight: 2 }, { dev: 'eth1' }] },
  { to: '10.4.0.1/32', dev: 'eth0', mtu: 1400, lockMtu: true, rtt: 0.3, quickack: true, congestion: 'bbr', ecn: true },
  { to: '10.5.0.0/16', via: 'fd00::1', dev: 'eth0', src: '10.0.0.9', scope: 'link', realms: '1/2', tos: 4 },
  { to: 'default', family: 'inet6', dev: 'eth0' },
  { to: 'fd01::/48', via: 'fd00::1', dev: 'eth0', preference: 'high', from: 'fd09::/64' },
  { to: 'fd01:2::/48', via: 'fd00::1', absent: true },
]

test('a set gives the routes again that it was made of', async (t) => {
  const set = (await RouteSet.from(varied)).unwrap()
  t.is(set.size, varied.length)
  t.deepEqual([...set], varied)
  t.deepEqual(JSON.parse(JSON.stringify(set)), varied)
  t.true([...set.absent()].every(({ absent }) => absent))
})

test('routes share what is the same, so that many take little memory', async (t) => {
  function* many(): Generator<RouteSpec> {
    for (let index = 0; index < 50_000; index++) yield { to: `20.${index >> 8}.${index & 255}.0/24`, via: '10.0.0.1' }
  }
  const set = (await RouteSet.from(many())).unwrap()
  t.is(set.size, 50_000)
  t.is(set.memory, 50_000 * 9)
})

test('its text is read back as the same routes', async (t) => {
  const present = varied.filter(({ absent, family }) => !absent && family === undefined)
  const set = (await RouteSet.from(present)).unwrap()
  const text = [...set.toText()].join('')
  t.deepEqual([...(await RouteSet.parse(text)).unwrap()], present)
  t.regex(text, /^10\.1\.0\.0\/16 via 10\.0\.0\.2 dev eth0 onlink table main metric 100 proto static$/m)
  t.regex(text, /^blackhole 10\.2\.0\.0\/16$/m)
})

test('text is read as ip prints it, as ip -batch takes it, and in short', async (t) => {
  const text = [
    '# a comment',
    'route add 10.0.0.0/8 via 10.0.0.1 dev eth0 metric 100   # behind a route',
    'ip route replace blackhole 11.0.0.0/8',
    '',
    '12.0.0.0/8 10.0.0.1 eth0 100',
    '13.0.0.0/8 10.0.0.1',
    'default via 10.0.0.1 dev eth0 proto dhcp metric 100 linkdown',
    '14.0.0.1 dev eth0 proto static scope link src 10.0.0.2',
    '15.0.0.0/8 proto static',
    '\tnexthop via 10.0.0.1 dev eth0 weight 1',
    '\tnexthop via 10.0.0.2 dev eth0 weight 2 linkdown',
    'fd01::/32 via fd00::1 dev eth0 metric 1024 pref medium\r',
  ].join('\n')
  // In pieces that end anywhere.
  const pieces = Array.from({ length: Math.ceil(text.length / 7) }, (_, index) =>
    Buffer.from(text.slice(index * 7, index * 7 + 7)),
  )
  t.deepEqual(
    [...(await RouteSet.parse(pieces)).unwrap()],
    [
      { to: '10.0.0.0/8', via: '10.0.0.1', dev: 'eth0', metric: 100 },
      { to: '11.0.0.0/8', type: 'blackhole' },
      { to: '12.0.0.0/8', via: '10.0.0.1', dev: 'eth0', metric: 100 },
      { to: '13.0.0.0/8', via: '10.0.0.1' },
      { to: 'default', via: '10.0.0.1', dev: 'eth0', protocol: 'dhcp', metric: 100 },
      { to: '14.0.0.1/32', dev: 'eth0', protocol: 'static', scope: 'link', src: '10.0.0.2' },
      {
        to: '15.0.0.0/8',
        protocol: 'static',
        nexthops: [
          { via: '10.0.0.1', dev: 'eth0', weight: 1 },
          { via: '10.0.0.2', dev: 'eth0', weight: 2 },
        ],
      },
      { to: 'fd01::/32', via: 'fd00::1', dev: 'eth0', metric: 1024, preference: 'medium' },
    ],
  )
})

test('all that is wrong with a text is told at once, by line and column', async (t) => {
  const text = [
    '10.0.0.0/8 via 10.0.0.1',
    '10.0.0.1/8 via 10.0.0.1',
    '  11.0.0.0/33 via 10.0.0.1',
    '12.0.0.0/8 over 10.0.0.1',
    '13.0.0.0/8 via 10.0.0.1 metric many',
    '14.0.0.0/8 via 10.0.0.1 metric',
    '15.0.0.0/8 via 10.0.0.300',
    'fd00::/16 via 10.0.0.1',
    '16.0.0.0/8 via 10.0.0.1 metric 010',
  ].join('\n')
  const result = await RouteSet.parse(text, { name: 'table.txt' })
  const lines = (result.err ? (result.val.problems ?? []) : []).map(({ message }) => message)
  t.deepEqual(
    lines.map((line) => line.replace(/^table\.txt: line (\d+), column (\d+): .*/, '$1:$2')),
    ['2:1', '3:3', '4:12', '5:32', '6:31', '7:16', '8:1', '9:32'],
    lines.join('\n'),
  )
  t.regex(lines[2] ?? '', /"over" is no word of a route/)
  t.regex(lines.at(-1) ?? '', /"010" is octal to ip/)
})

test('all that is wrong with routes is told by their number', async (t) => {
  const routes = [
    { to: '10.0.0.0/8', via: '10.0.0.1' },
    { to: '10.0.0.1/8', via: '10.0.0.1' },
    { to: '11.0.0.0/8', vai: 'x' },
    5,
  ]
  const result = await RouteSet.from(routes as never)
  t.deepEqual(
    (result.err ? (result.val.problems ?? []) : []).map(({ path }) => path),
    ['/1/to', '/2/vai', '/3'],
  )
})

async function read(...lines: string[]): Promise<unknown> {
  const result = await RouteSet.parse(lines.join('\n'))
  return result.err ? result.val.message : [...result.val]
}

test('the family in front of a line is that of its route', async (t) => {
  t.deepEqual(
    await read(
      '-6 route replace default dev d0',
      'default dev d0',
      'ip -4 route add default dev d1',
      '-6 default dev d1',
    ),
    [
      { to: 'default', dev: 'd0' },
      { to: 'default', dev: 'd1' },
      { to: 'default', family: 'inet6', dev: 'd0' },
      { to: 'default', family: 'inet6', dev: 'd1' },
    ],
  )
  t.regex(String(await read('10.1.0.0/16 dev d0', '-6 10.2.0.0/16 dev d0')), /line 2, column 4: .* family inet6/)
  t.regex(String(await read('-4 route add fd00::/16 dev d0')), /line 1, column 14: .* family inet$/)
})

test('what ip -6 route show prints is read', async (t) => {
  t.deepEqual(
    await read(
      'default dev d0 metric 1024 pref medium',
      'blackhole 2001:db8:1::/48 dev lo metric 1024 pref medium',
      'unreachable 2001:db8:2::/48 dev lo metric 1024 error -101 pref medium',
      '2001:db8:3::/48 dev d0 metric 1024 expires 99sec pref medium',
      'default via fe80::1 dev d0 proto static metric 5 expires 100sec',
      'fd88::/64 metric 1024 pref medium',
      '\tnexthop via fe80::5 dev d0 weight 1 ',
      '\tnexthop via fe80::6 dev d0 weight 1 ',
    ),
    [
      { to: 'default', family: 'inet6', dev: 'd0', metric: 1024, preference: 'medium' },
      { to: '2001:db8:1::/48', type: 'blackhole', metric: 1024, preference: 'medium' },
      { to: '2001:db8:2::/48', type: 'unreachable', metric: 1024, preference: 'medium' },
      {
        to: 'fd88::/64',
        metric: 1024,
        preference: 'medium',
        nexthops: [
          { via: 'fe80::5', dev: 'd0', weight: 1 },
          { via: 'fe80::6', dev: 'd0', weight: 1 },
        ],
      },
    ],
  )
})

test('what goes by itself is left out of what ip route show prints, and taken as a command', async (t) => {
  const shown = [
    '10.0.0.0/24 dev d0 proto kernel scope link src 10.0.0.1',
    'local 10.0.0.1 dev d0 table local proto kernel scope host src 10.0.0.1',
    'fe80::/64 dev d0 proto kernel metric 256 pref medium',
    'fe80::/64 dev d1 proto kernel metric 256 pref medium',
    'default via fe80::1 dev d0 proto ra metric 1024 pref medium',
    '1 10.3.0.0/16 dev d0 table 254 proto 2 scope 253',
  ]
  t.deepEqual(await read(...shown), [])
  const commands = ['route add 10.0.0.0/24 dev d0 proto kernel', '10.0.0.0/24 dev d0 proto kernel']
  t.deepEqual(await read(...commands), [{ to: '10.0.0.0/24', dev: 'd0', protocol: 'kernel' }])
  const set = (await RouteSet.from([{ to: '10.1.0.0/16', dev: 'd0', protocol: 'ra' }])).unwrap()
  const text = [...set.toText()].join('')
  t.is(text, 'add 10.1.0.0/16 dev d0 proto ra\n')
  t.deepEqual([...(await RouteSet.parse(text)).unwrap()], [...set])
})

test('what -N and -d add is read', async (t) => {
  const numbers = ['1 10.1.0.0/16 via 10.0.0.2 dev d0 table 254 proto 108 scope 0', '7 10.2.0.0/16 table 100 proto 4']
  t.deepEqual(await read(...numbers, '9 2001:db8::/32 dev lo metric 1024'), [
    { to: '10.1.0.0/16', via: '10.0.0.2', dev: 'd0', table: '254', protocol: '108', scope: '0' },
    { to: '10.2.0.0/16', type: 'unreachable', table: '100', protocol: '4' },
    { to: '2001:db8::/32', type: 'throw', metric: 1024 },
  ])
  t.deepEqual(
    await read(
      'unicast 10.3.0.0/16 nhid 1 via 10.0.0.2 dev d0 proto static scope global ',
      '\tnh_info id 1 via 10.0.0.2 dev d0 scope link proto unspec ',
      'unicast 10.4.0.0/16 nhid 4 proto static scope global ',
      '\tnh_info id 4 group 1/3 scope global proto unspec ',
      '\tnexthop via 10.0.0.2 dev d0 weight 1 ',
      '\tnexthop via 10.0.1.2 dev e0 weight 1 ',
    ),
    [
      { to: '10.3.0.0/16', nexthopId: 1, protocol: 'static', scope: 'global' },
      { to: '10.4.0.0/16', nexthopId: 4, protocol: 'static', scope: 'global' },
    ],
  )
})

test("what is shown of a nexthop object is not the route's own", async (t) => {
  t.deepEqual(
    await read(
      '10.20.0.0/16 nhid 10 via 10.9.0.2 dev d0 proto static',
      '10.21.0.0/16 nhid 12 ',
      '\tnexthop via 10.9.0.2 dev d0 weight 1 ',
      '\tnexthop via 10.9.0.3 dev d0 weight 3 ',
    ),
    [
      { to: '10.20.0.0/16', nexthopId: 10, protocol: 'static' },
      { to: '10.21.0.0/16', nexthopId: 12 },
    ],
  )
})

test('locks are read where a spec can say them, and refused elsewhere', async (t) => {
  t.deepEqual(await read('10.0.0.0/8 dev d0 mtu lock 1300 rto_min lock 200ms'), [
    { to: '10.0.0.0/8', dev: 'd0', mtu: 1300, lockMtu: true, rtoMin: 0.2 },
  ])
  for (const word of ['advmss lock 1400', 'rtt lock 3ms', 'congctl lock cubic']) {
    t.regex(String(await read(`10.0.0.0/8 dev d0 ${word}`)), /only mtu and rto_min can be locked/, word)
  }
})

test('a line goes on behind a backslash, and next hops behind one within it', async (t) => {
  const nexthops = [{ via: '10.9.0.2' }, { via: '10.9.0.3' }]
  t.deepEqual(
    await read(
      'route add to 10.1.0.0/16 \\',
      '  nexthop via 10.9.0.2 \\',
      '  nexthop via 10.9.0.3',
      '10.2.0.0/16 \\\tnexthop via 10.9.0.2 \\\tnexthop via 10.9.0.3 ',
      'route add \\',
      '10.3.0.0/16 dev d0 \\',
    ),
    [
      { to: '10.1.0.0/16', nexthops },
      { to: '10.2.0.0/16', nexthops },
      { to: '10.3.0.0/16', dev: 'd0' },
    ],
  )
  t.regex(String(await read('10.1.0.0/16 \\', 'dev d0 \\', 'over d1', '10.2.0.0/16')), /line 1, .* line 4, /s)
})

test('a line that goes on, and next hops, take no longer each the more there are', async (t) => {
  const time = async (text: string): Promise<number> => {
    const start = performance.now()
    ;(await RouteSet.parse(text)).unwrap()
    return performance.now() - start
  }
  const hops = (count: number): string => `10.1.0.0/16 ${'nexthop via 10.9.0.2 '.repeat(count)}`
  const going = (count: number): string => `add 10.1.0.0/16 \\\n${'via 10.9.0.2 \\\n'.repeat(count)}`
  for (const text of [hops, going]) {
    await time(text(1000))
    const [few, many] = [await time(text(2000)), await time(text(20_000))]
    t.true(many < 30 * few + 200, `${few} ms, ${many} ms`)
  }
})

test('next hops of IPv6 and options of tunnels follow a backslash within a line', async (t) => {
  t.deepEqual(
    await read(
      'default proto static metric 1024 pref medium\\\tnexthop via fd00::2 dev d0 weight 1 \\\tnexthop via fd00::3 dev d0 weight 2 ',
      '10.1.0.0/16  encap ip id 3 src 0.0.0.0 dst 10.0.0.7 ttl 0 tos 0 \\\tvxlan_opts 5 dev d0 ',
    ),
    [
      {
        to: '10.1.0.0/16',
        dev: 'd0',
        encapsulation: { type: 'ip', id: 3, dst: '10.0.0.7', options: { vxlan: { gbp: 5 } } },
      },
      {
        to: 'default',
        family: 'inet6',
        protocol: 'static',
        metric: 1024,
        preference: 'medium',
        nexthops: [
          { via: 'fd00::2', dev: 'd0', weight: 1 },
          { via: 'fd00::3', dev: 'd0', weight: 2 },
        ],
      },
    ],
  )
})

test('a comment begins with a word, and not within the name of a link', async (t) => {
  const route = { to: '10.1.0.0/16', dev: 'd#0', metric: 5 }
  t.deepEqual(await read('10.1.0.0/16 dev d#0 metric 5 # a comment', '\t# another', '#', '# one # more'), [route])
  const set = (await RouteSet.from([route])).unwrap()
  t.deepEqual([...(await RouteSet.parse(set.toText())).unwrap()], [route])
})

test('types of service have names, a blackhole object is no type, and flags are no properties', async (t) => {
  t.deepEqual(
    await read(
      '10.1.0.0/16 tos CS1 via 10.0.0.2 dev d0 notify rt_offload_failed ',
      '10.2.0.0/16 tos 0x10 dev d0 unresolved ',
      'blackhole 10.3.0.0/16 nhid 4 dev lo ',
    ),
    [
      { to: '10.1.0.0/16', tos: 0x20, via: '10.0.0.2', dev: 'd0' },
      { to: '10.2.0.0/16', tos: 0x10, dev: 'd0' },
      { to: '10.3.0.0/16', nexthopId: 4 },
    ],
  )
  t.regex(String(await read('10.1.0.0/16 tos hasty dev d0')), /column 17: "hasty" is no type of service/)
})

test('times are those of ip: without a unit, in parts of milliseconds that the kernel counts', async (t) => {
  t.deepEqual(await read('10.1.0.0/16 dev d0 rtt 100 rttvar 100 rto_min 100', '10.2.0.0/16 dev d0 rtt 2SECS'), [
    { to: '10.1.0.0/16', dev: 'd0', rtt: 0.0125, rttvar: 0.025, rtoMin: 0.1 },
    { to: '10.2.0.0/16', dev: 'd0', rtt: 2 },
  ])
})

test('a realm of a next hop is its own, and not that of its route', async (t) => {
  const line =
    '10.1.0.0/16 dev d0 \\\tnexthop via 10.0.0.2 realm 5 dev d0 weight 1 \\\tnexthop via 10.0.0.3 realms 3/7 dev d0'
  const hops = [
    { via: '10.0.0.2', realms: '5', dev: 'd0', weight: 1 },
    { via: '10.0.0.3', realms: '3/7', dev: 'd0' },
  ]
  t.deepEqual(await read(line.replace(' dev d0 ', ' ')), [{ to: '10.1.0.0/16', nexthops: hops }])
  const set = (await RouteSet.from([{ to: '10.1.0.0/16', nexthops: hops }])).unwrap()
  t.deepEqual([...(await RouteSet.parse([...set.toText()])).unwrap()], [...set])
})

test('text names a nexthop object, and is refused where it would lose something', async (t) => {
  const routes: RouteSpec[] = [
    { to: '10.1.0.0/16', nexthopId: 10, metric: 5 },
    { to: 'fd01::/48', nexthopId: 11, preference: 'low' },
  ]
  const text = [...(await RouteSet.from(routes)).unwrap().toText()].join('')
  t.is(text, '10.1.0.0/16 nhid 10 metric 5\nfd01::/48 nhid 11 pref low\n')
  t.deepEqual([...(await RouteSet.parse(text)).unwrap()], routes)
  const encapsulation = { type: 'seg6local', action: 'End.DX2', oif: 7 } as const
  const untold: [RouteSpec, RegExp][] = [
    [{ to: '10.2.0.0/16', dev: 'd0', absent: true }, /^the route to 10\.2\.0\.0\/16 is absent/],
    [{ to: '10.2.0.0/16', dev: '#d0' }, /^the route to 10\.2\.0\.0\/16 goes through a link with a name, which no text/],
    [{ to: '10.2.0.0/16', nexthops: [{ dev: 'd\\' }] }, /goes through a link with a name, which no text says/],
    [{ to: 'fd03::/48', dev: 'd0', encapsulation }, /^the route to fd03::\/48 has something of an encapsulation/],
    [
      { to: 'fd02::/48', nexthops: [{ via: 'fd00::1', encapsulation }] },
      /^the route to fd02::\/48 has something of an encapsulation, which no text says/,
    ],
  ]
  for (const [route, message] of untold) {
    const set = (await RouteSet.from([...routes, route])).unwrap()
    t.throws(() => set.toText(), { instanceOf: NetworkError, code: 'INVALID_ARGUMENT', message })
  }
})

test('whatever stands in a route, it is told of and nothing is thrown', async (t) => {
  const odd: [property: string, value: unknown][] = [
    ['dev', Object.create(null)],
    ['type', Object.create(null)],
    ['table', Symbol('table')],
    ['table', () => 1],
  ]
  for (const [property, value] of odd) {
    const good = { to: '10.0.0.0/8', dev: 'd0', metric: 1 }
    const result = await RouteSet.from([good, { to: '11.0.0.0/8', dev: 'd0', [property]: value }] as never)
    t.like(result.val, { code: 'INVALID_SPEC', path: `/1/${property}` }, property)
  }
})
