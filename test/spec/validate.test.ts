import test from 'ava'
import { NetworkError, type Problem } from '../../src/error.js'
import { plan } from '../../src/reconcile/apply.js'
import { pairKinds } from '../../src/rtnetlink/kinds/registry.js'
import { problemsOfRoute, validateSpec } from '../../src/spec/validate.js'
import { FakeKernel } from '../../src/testing/index.js'
import { problemsOf } from '../helpers/problemsOf.js'

const bridge = { name: 'br0', kind: 'bridge' }

/** What, the spec, and all the problems that it must have: path, message, and the details where there are any. */
const invalid: readonly (readonly [string, unknown, ...Problem[]])[] = [
  [
    'host bits in a destination',
    { routes: [{ to: '10.1.2.3/24', dev: 'br0' }] },
    {
      path: '/routes/0/to',
      message: '10.1.2.3/24 has bits set behind its prefix length',
      found: '"10.1.2.3/24"',
      hint: 'did you mean 10.1.2.0/24?',
    },
  ],
  [
    'host bits in a selector',
    { rules: [{ from: 'fd00::1/64', table: 100 }] },
    {
      path: '/rules/0/from',
      message: 'fd00::1/64 has bits set behind its prefix length',
      found: '"fd00::1/64"',
      hint: 'did you mean fd00::/64?',
    },
  ],
  [
    'half a character in a name',
    { links: [{ name: 'br\ud800', kind: 'tap' }] },
    { path: '/links/0/name', message: 'half of a surrogate pair is no character', found: '"br\\ud800"' },
  ],
  [
    'a name that is too long for an alternative one',
    { links: [{ name: 'n'.repeat(128) }] },
    { path: '/links/0/name', message: 'an alternative name has at most 127 bytes', found: '(hidden)' },
  ],
  [
    'an alternative name twice',
    { links: [{ name: 'd0', altNames: ['x', 'x'] }] },
    { path: '/links/0/altNames', message: 'a name stands there twice', found: '["x","x"]' },
  ],
  [
    'flags of IPv6 addresses',
    { links: [{ name: 'd0', addresses: [{ address: '10.0.0.1/24', home: true, manageTemporaryAddress: true }] }] },
    { path: '/links/0/addresses/0/home', message: 'only an IPv6 address can have home' },
    {
      path: '/links/0/addresses/0/manageTemporaryAddress',
      message: 'only an IPv6 address can have manageTemporaryAddress',
    },
  ],
  [
    'a name of 16 characters',
    { links: [{ name: 'abcdefghijklmnop', kind: 'tap' }] },
    {
      path: '/links/0/name',
      message: 'a link\'s name has 1 to 15 bytes, "abcdefghijklmnop" has 16',
      found: '"abcdefghijklmnop"',
    },
  ],
  [
    'an MTU of 10',
    { links: [{ name: 'br0', mtu: 10 }] },
    { path: '/links/0/mtu', message: '10 is not valid, expected >=16', found: '10', expected: '>=16' },
  ],
  [
    'the MTU of a CAN bus for a bridge',
    { links: [{ name: 'br0', kind: 'bridge', mtu: 16 }] },
    { path: '/links/0/mtu', message: 'the smallest MTU of a bridge is 68', found: '16' },
  ],
  [
    'an unknown property',
    { links: [{ name: 'br0', adresses: [] }] },
    {
      path: '/links/0/adresses',
      message: 'unknown property "adresses"',
      found: '[]',
      hint: 'did you mean addresses?',
    },
  ],
  [
    'an unknown option of a kind, in a named namespace',
    { namespaces: { 'blue~1': { links: [{ ...bridge, bridge: { ageing: 3 } }] } } },
    {
      path: '/namespaces/blue~01/links/0/bridge/ageing',
      message: 'unknown property "ageing"',
      found: '3',
      hint: 'did you mean ageingTime?',
    },
  ],
  [
    'an unknown kind',
    { links: [{ name: 'x', kind: 'brigde' }] },
    { path: '/links/0/kind', message: 'unknown kind "brigde"', found: '"brigde"', hint: 'did you mean bridge?' },
  ],
  [
    'a value of the wrong type',
    { forwarding: { ipv4: 'yes' } },
    {
      path: '/forwarding/ipv4',
      message: '"yes" is not valid, expected boolean',
      found: '"yes"',
      expected: 'boolean',
    },
  ],
  ['a property that must be there', { routes: [{ dev: 'br0' }] }, { path: '/routes/0/to', message: '"to" is missing' }],
  [
    'a link listed twice',
    { links: [{ name: 'br0' }, { name: 'br0', master: 'br1' }] },
    { path: '/links/1/name', message: 'the link br0 is listed twice; give all its properties in one place' },
  ],
  [
    'a cycle of masters',
    {
      links: [
        { name: 'a', master: 'b' },
        { name: 'b', master: 'c' },
        { name: 'c', master: 'a' },
      ],
    },
    { path: '/links/0', message: 'the links form a cycle: a -> b -> c -> a' },
  ],
  [
    'a cycle by a master and a device below',
    {
      links: [
        { ...bridge, master: 'v0' },
        { name: 'v0', kind: 'vlan', vlan: { link: 'br0', id: 5 } },
      ],
    },
    { path: '/links/0', message: 'the links form a cycle: br0 -> v0 -> br0' },
  ],
  [
    'its own master',
    { links: [{ name: 'a', master: 'a' }] },
    { path: '/links/0/master', message: 'the link a cannot be its own master' },
  ],
  [
    'a TUN device as a port of a bridge',
    { links: [{ name: 'tun0', kind: 'tun', master: 'br0' }, bridge] },
    {
      path: '/links/0/master',
      message: 'tun0 is a tun, which carries no Ethernet frames and cannot be a port of a bridge',
    },
  ],
  [
    'a master that has no ports',
    {
      links: [
        { name: 'a', master: 'tap0' },
        { name: 'tap0', kind: 'tap' },
      ],
    },
    { path: '/links/0/master', message: 'tap0 is a tap, which has no ports' },
  ],
  [
    'options of another kind',
    { links: [{ name: 'tap0', kind: 'tap', bridge: { stp: true } }] },
    { path: '/links/0/bridge', message: 'options of a bridge were given for a link of kind tap' },
  ],
  [
    'more of a link that is absent',
    { links: [{ name: 'br0', absent: true, mtu: 1400, up: true }] },
    { path: '/links/0/mtu', message: 'the link br0 is absent, so mtu cannot be said of it' },
    { path: '/links/0/up', message: 'the link br0 is absent, so up cannot be said of it' },
  ],
  [
    'an IPv6 route with an IPv4 gateway',
    { routes: [{ to: 'fd00::/8', via: '10.0.0.1' }] },
    { path: '/routes/0/via', message: "10.0.0.1 is not of the route's family inet6" },
  ],
  [
    'an IPv4 route with an IPv6 source',
    { routes: [{ to: '10.0.0.0/8', dev: 'br0', src: 'fd00::1' }] },
    { path: '/routes/0/src', message: "fd00::1 is not of the route's family inet" },
  ],
  [
    'a rule of both families',
    { rules: [{ from: '10.0.0.0/8', to: 'fd00::/8', table: 100 }] },
    { path: '/rules/0/to', message: "fd00::/8 is not of the rule's family inet" },
  ],
  [
    'an address with a peer of the other family',
    { links: [{ name: 'tun0', addresses: [{ address: '10.0.0.1/32', peer: 'fd00::1' }] }] },
    { path: '/links/0/addresses/0/peer', message: 'fd00::1 is not of the family of 10.0.0.1/32' },
  ],
  [
    'an IPv6 address on a link with too small an MTU',
    { links: [{ name: 'br0', mtu: 1000, addresses: ['fd00::1/64'] }] },
    { path: '/links/0/mtu', message: 'an MTU below 1280 takes all IPv6 addresses from br0', found: '1000' },
  ],
  [
    'a route that leads nowhere',
    { routes: [{ to: '10.0.0.0/8' }] },
    { path: '/routes/0', message: 'the route to 10.0.0.0/8 needs via, dev, nexthops or nexthopId' },
  ],
]

for (const [what, spec, ...problems] of invalid) {
  test(`refused: ${what}`, (t) => {
    t.deepEqual(problemsOf(spec), problems)
  })
}

test('a table without a number is refused with the nearest name', async (t) => {
  const spec = { routes: [{ to: '10.0.0.0/8', dev: 'lo', table: 'maim' }] }
  const result = await plan(spec, { kernel: new FakeKernel() })
  const error = result.err ? result.val : undefined
  t.is(error?.code, 'INVALID_SPEC')
  t.is(error?.problems?.[0]?.path, '/routes/0/table')
  t.regex(JSON.stringify(error?.problems), /maim.*main/)
})

test('problems of shape and of meaning are told at once, the message has a line for each', (t) => {
  const spec = {
    links: [{ name: 'br0', adresses: [] }, { name: 'br0' }, { name: 'x', mtu: 10 }],
    routes: [{ to: '10.1.2.3/24', via: '10.0.0.1' }],
    rulez: [],
  }
  const error = t.throws(() => validateSpec(spec), { instanceOf: NetworkError })
  const paths = ['/links/0/adresses', '/links/1/name', '/links/2/mtu', '/routes/0/to', '/rulez']
  t.deepEqual(error?.problems?.map(({ path }) => path).sort(), paths)
  t.regex(error?.message ?? '', /^5 problems:\n/)
  for (const path of paths) t.true(error?.message.includes(`\n  ${path}: `), path)
  t.is(error?.path, undefined)
})

test('the path of the only problem is the path of the error', (t) => {
  const error = t.throws(() => validateSpec({ routes: [{ to: '10.1.2.3/24', dev: 'a' }] }), {
    instanceOf: NetworkError,
  })
  t.is(error?.path, '/routes/0/to')
})

test('what is no object is told as the whole', (t) => {
  for (const spec of [null, [], 'links', 7])
    t.deepEqual(
      problemsOf(spec).map(({ path }) => path),
      [''],
    )
})

test('what is allowed is not refused', (t) => {
  const specs = [
    {},
    {
      links: [
        { name: 'br0', absent: true },
        { name: 'tap0', master: null },
      ],
    },
    // RFC 5549: an IPv4 route by an IPv6 gateway.
    { routes: [{ to: '10.0.0.0/8', via: 'fe80::1', dev: 'br0' }] },
    // A long name can be an alternative name of a link that is there.
    { links: [{ name: 'a-name-of-more-than-15-bytes', up: true }] },
    { routes: [{ to: 'default', family: 'inet6', via: 'fd00::1', metric: 0xffffffff }] },
    { links: [{ name: 'br0', mtu: 1280, addresses: ['fd00::1/64', { address: '10.0.0.1/24', label: 'br0:a' }] }] },
  ]
  for (const spec of specs) t.deepEqual(problemsOf(spec), [])
})

// valibot passes over these in a record: its `_isValidObjectKey`.
for (const key of ['__proto__', 'prototype', 'constructor']) {
  test(`${key} is no name that a user can give, wherever keys are names`, async (t) => {
    const specs: readonly (readonly [json: string, path: string])[] = [
      [`{"${key}":{}}`, ''],
      [`{"namespaces":{"${key}":{"links":[{"name":"lo","up":true}]}}}`, '/namespaces'],
      [`{"namespaces":{"${key}":5,"blue":{}}}`, '/namespaces'],
      [`{"links":[{"name":"a","features":{"${key}":true}}]}`, '/links/0/features'],
      [`{"links":[{"name":"a","sysctl":{"ipv4":{"${key}":true}}}]}`, '/links/0/sysctl/ipv4'],
      [`{"links":[{"name":"a","sysctl":{"ipv6":{"${key}":{}}}}]}`, '/links/0/sysctl/ipv6'],
    ]
    for (const [json, path] of specs) {
      const planned = await plan(JSON.parse(json), { kernel: new FakeKernel() })
      t.like(planned.val, { code: 'INVALID_SPEC', path: `${path}/${key}` })
    }
  })
}

test('a list stands for no object, wherever keys are names', (t) => {
  const specs: readonly (readonly [json: string, path: string])[] = [
    ['{"namespaces":[{"links":[]}]}', '/namespaces'],
    ['{"links":[{"name":"a","features":[]}]}', '/links/0/features'],
    ['{"links":[{"name":"a","sysctl":[]}]}', '/links/0/sysctl'],
    ['{"links":[{"name":"a","sysctl":{"ipv4":[true]}}]}', '/links/0/sysctl/ipv4'],
  ]
  for (const [json, path] of specs) {
    t.deepEqual(
      problemsOf(JSON.parse(json)).map(({ path, message }) => [path, message]),
      [[path, '"a list" is not valid, expected Object']],
      json,
    )
  }
})

const circle: { self?: object } = {}
circle.self = circle
const throwing = (): never => {
  throw new TypeError('not this way')
}

/** What JSON cannot say where a number should stand, and how it is shown. */
const unusual: readonly (readonly [what: string, value: unknown, found: string])[] = [
  ['a bigint', 1500n, '1500n'],
  ['a list with a bigint', [1500n], '["1500n"]'],
  ['a list with a function', [() => true], '["(function)"]'],
  ['NaN', Number.NaN, 'NaN'],
  ['infinity', Number.POSITIVE_INFINITY, 'Infinity'],
  ['undefined', undefined, 'undefined'],
  ['a symbol', Symbol('mtu'), 'Symbol(mtu)'],
  ['a function', throwing, 'a function'],
  ['a circle', circle, 'an object'],
  [
    'an object with a getter that throws',
    {
      get mtu() {
        return throwing()
      },
    },
    'an object',
  ],
  ['an object with a toJSON that throws', { toJSON: throwing }, 'an object'],
  ['an object with a toJSON that gives nothing', { toJSON: () => undefined, toString: throwing }, 'an object'],
  ['an object without a prototype', Object.create(null), '{}'],
  ['a date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
]

for (const [what, value, found] of unusual) {
  test(`${what} is told like any other value that is wrong`, async (t) => {
    for (const [spec, path] of [
      [{ links: [{ name: 'a', kind: 'bridge', mtu: value }] }, '/links/0/mtu'],
      [{ links: [{ name: 'a', addressGenerationMode: value }] }, '/links/0/addressGenerationMode'],
      [{ routes: [{ to: 'default', dev: 'a', metric: value }] }, '/routes/0/metric'],
    ] as const) {
      const { val } = await plan(spec as object, { kernel: new FakeKernel() })
      t.like(val, { code: 'INVALID_SPEC', problems: [{ path, found }] })
    }
  })
}

test('what is no spec at all is told so, and what is no route', (t) => {
  t.is(problemsOf('links')[0]?.message, 'a spec is an object, such as {"links": []}, and not "links"')
  t.is(problemsOf([])[0]?.message, 'a spec is an object, such as {"links": []}, and not "a list"')
  t.is(problemsOf(new Map())[0]?.message, 'a spec is an object, such as {"links": []}, and not "a map"')
  t.is(problemsOf({ links: [new Set()] })[0]?.message, '"a set" is not valid, expected Object')
  t.regex(problemsOfRoute('10.0.0.0/8')[0]?.message ?? '', /^"10\.0\.0\.0\/8" is not valid, expected /)
})

for (const kind of pairKinds()) {
  test(`a ${kind} is not its own peer`, async (t) => {
    const link = (peer: object): object => ({ name: 'a', kind, [kind]: { peer } })
    const message = 'a cannot be its own peer: the other end needs a name of its own'
    const path = `/links/0/${kind}/peer/name`
    t.deepEqual(problemsOf({ links: [link({ name: 'a' })] }), [{ path, message }])
    for (const peer of [{ name: 'a' }, { name: 'a', namespace: 'blue' }]) {
      t.deepEqual(problemsOf({ namespaces: { blue: { links: [link(peer)] } } }), [
        { path: `/namespaces/blue${path}`, message },
      ])
    }
    t.deepEqual(problemsOf({ links: [link({ name: 'a', namespace: 'blue' })] }), [])
    t.deepEqual(problemsOf({ namespaces: { blue: { links: [link({ name: 'a', namespace: 'red' })] } } }), [])
    t.deepEqual(problemsOf({ links: [link({ name: 'b' })] }), [])
  })
}

test('every key that an object may not have is told, and what contradicts itself besides', (t) => {
  const link = {
    fist: 1,
    name: 'd0',
    second: 2,
    kind: 'veth',
    veth: { peer: { name: 'd0' } },
    addresses: [{ address: '10.0.0.1/24', a: 1, b: 2 }],
  }
  const problems = problemsOf({ links: [link], foo: 1, bar: 2, rules: [{ from: 'fd00::1/64', table: 100 }] })
  t.deepEqual(problems.map(({ path }) => path).sort(), [
    '/bar',
    '/foo',
    '/links/0/addresses/0/a',
    '/links/0/addresses/0/b',
    '/links/0/fist',
    '/links/0/second',
    '/links/0/veth/peer/name',
    '/rules/0/from',
  ])
})

test('no key of a secret is shown among those that an object may not have', (t) => {
  const wireguard = { privatekey: 'secret-1', presharedKeys: 'secret-2' }
  const problems = problemsOf({ links: [{ name: 'wg0', kind: 'wireguard', wireguard }] })
  t.is(problems.length, 2)
  t.notRegex(JSON.stringify(problems), /secret/)
})
