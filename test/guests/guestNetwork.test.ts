import test from 'ava'
import fc from 'fast-check'
import { guestNetwork } from '../../src/guests/guestNetwork.js'
import type { GuestNetworkOptions } from '../../src/guests/options.js'
import { validateSpec } from '../../src/spec/validate.js'

const bridged = { mode: 'bridged', subnet: '10.0.0.0/24' } as const

test('a bridged network: what the host gets, and what each guest needs', (t) => {
  const network = guestNetwork({
    ...bridged,
    subnet6: 'fd00::/64',
    uplink: 'eth0',
    guests: [{ name: 'web', portForward: [{ protocol: 'tcp', port: 8080, guestPort: 80 }], owner: 1000 }, 'db'],
    host: [{ protocol: 'udp', port: 53 }],
    nameServers: ['10.0.0.1'],
  }).unwrap()
  t.deepEqual(network.spec, {
    links: [
      {
        name: 'guests',
        kind: 'bridge',
        mac: '02:fc:0a:00:00:01',
        bridge: { forwardDelay: 0 },
        addresses: ['10.0.0.1/24', 'fd00::1/64'],
      },
      {
        name: 'tap0',
        kind: 'tap',
        tap: { owner: 1000 },
        master: 'guests',
        bridgePort: { isolated: true, learning: false, flood: false },
        confine: {
          mac: '02:fc:0a:00:00:02',
          addresses: ['10.0.0.2', 'fd00::2'],
          isolated: true,
          host: [{ protocol: 'udp', port: 53 }],
        },
      },
      {
        name: 'tap1',
        kind: 'tap',
        master: 'guests',
        bridgePort: { isolated: true, learning: false, flood: false },
        confine: {
          mac: '02:fc:0a:00:00:03',
          addresses: ['10.0.0.3', 'fd00::3'],
          isolated: true,
          host: [{ protocol: 'udp', port: 53 }],
        },
      },
    ],
    fdb: [
      { dev: 'tap0', mac: '02:fc:0a:00:00:02' },
      { dev: 'tap1', mac: '02:fc:0a:00:00:03' },
    ],
    forwarding: { ipv4: true, ipv6: true },
    nat: {
      masquerade: [
        { from: '10.0.0.0/24', out: 'eth0' },
        { from: 'fd00::/64', out: 'eth0' },
      ],
      portForward: [
        { protocol: 'tcp', port: 8080, to: '10.0.0.2:80', in: 'eth0' },
        { protocol: 'tcp', port: 8080, to: '[fd00::2]:80', in: 'eth0' },
      ],
    },
  })
  t.deepEqual(network.guests[0], {
    name: 'web',
    slot: 0,
    tap: 'tap0',
    mac: '02:fc:0a:00:00:02',
    address: '10.0.0.2/24',
    gateway: '10.0.0.1',
    address6: 'fd00::2/64',
    gateway6: 'fd00::1',
    nameServers: ['10.0.0.1'],
    kernelArgument: 'ip=10.0.0.2::10.0.0.1:255.255.255.0:web:eth0:off:10.0.0.1',
    firecracker: { iface_id: 'eth0', host_dev_name: 'tap0', guest_mac: '02:fc:0a:00:00:02' },
    qemu: [
      '-netdev',
      'tap,id=net0,ifname=tap0,script=no,downscript=no',
      '-device',
      'virtio-net-pci,netdev=net0,mac=02:fc:0a:00:00:02',
    ],
    cloudHypervisor: ['--net', 'tap=tap0,mac=02:fc:0a:00:00:02'],
  })
})

test('a routed network: a prefix for each guest', (t) => {
  const place = (prefixLength: 30 | 31): unknown =>
    guestNetwork({ mode: 'routed', subnet: '10.1.0.0/16', subnet6: 'fd01::/64', prefixLength, guests: 300 })
      .unwrap()
      .guests.filter(({ slot }) => slot === 0 || slot === 299)
      .map(({ address, gateway, address6, gateway6, kernelArgument }) => [
        address,
        gateway,
        address6,
        gateway6,
        kernelArgument,
      ])
  t.deepEqual(place(30), [
    ['10.1.0.2/30', '10.1.0.1', 'fd01::2/126', 'fd01::1', 'ip=10.1.0.2::10.1.0.1:255.255.255.252:guest0:eth0:off'],
    [
      '10.1.4.174/30',
      '10.1.4.173',
      'fd01::4ae/126',
      'fd01::4ad',
      'ip=10.1.4.174::10.1.4.173:255.255.255.252:guest299:eth0:off',
    ],
  ])
  t.deepEqual(place(31), [
    ['10.1.0.1/31', '10.1.0.0', 'fd01::2/126', 'fd01::1', 'ip=10.1.0.1::10.1.0.0:255.255.255.254:guest0:eth0:off'],
    [
      '10.1.2.87/31',
      '10.1.2.86',
      'fd01::4ae/126',
      'fd01::4ad',
      'ip=10.1.2.87::10.1.2.86:255.255.255.254:guest299:eth0:off',
    ],
  ])
  const { spec } = guestNetwork({ mode: 'routed', subnet: '10.1.0.0/16', guests: 1, isolated: false }).unwrap()
  t.deepEqual(spec, {
    links: [
      {
        name: 'tap0',
        kind: 'tap',
        addresses: ['10.1.0.1/30'],
        confine: { mac: '02:fc:0a:01:00:02', addresses: ['10.1.0.2'], isolated: false },
      },
    ],
    forwarding: { ipv4: true },
  })
})

test('one guest comes, and goes', (t) => {
  const network = guestNetwork({
    ...bridged,
    uplink: 'eth0',
    guests: ['a', { name: 'b', portForward: [{ protocol: 'udp', port: 53 }] }],
  }).unwrap()
  t.deepEqual(
    network.specOf('b').links?.map(({ name }) => name),
    ['tap1'],
  )
  t.deepEqual(network.specOf('b').fdb, [{ dev: 'tap1', mac: '02:fc:0a:00:00:03' }])
  t.deepEqual(network.specOf('b').nat, { portForward: [{ protocol: 'udp', port: 53, to: '10.0.0.3:53', in: 'eth0' }] })
  t.deepEqual(network.removalOf('b'), {
    links: [{ name: 'tap1', absent: true }],
    nat: { portForward: [{ protocol: 'udp', port: 53, to: '10.0.0.3:53', in: 'eth0', absent: true }] },
  })
  t.throws(() => network.specOf('c'), { message: /guest c: there is none/ })
})

const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), { maxLength: 8 })

test('who stays keeps addresses, MAC address and device, whoever comes and goes; nobody shares any', (t) => {
  fc.assert(
    fc.property(
      fc.array(names, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('bridged', 'routed'),
      (rounds, mode) => {
        let slots = {}
        let before = new Map<string, unknown>()
        for (const guests of rounds) {
          const network = guestNetwork({ mode, subnet: '10.0.0.0/26', subnet6: 'fd00::/64', guests, slots }).unwrap()
          validateSpec(network.spec)
          for (const property of ['address', 'address6', 'mac', 'tap'] as const) {
            t.is(new Set(network.guests.map((guest) => guest[property])).size, guests.length)
          }
          for (const guest of network.guests) if (before.has(guest.name)) t.deepEqual(guest, before.get(guest.name))
          before = new Map(network.guests.map((guest) => [guest.name, guest]))
          slots = network.slots
        }
      },
    ),
  )
})

test('what is wrong is said at once, each with its place', (t) => {
  const paths = (options: GuestNetworkOptions): string[] => {
    const result = guestNetwork(options)
    if (result.ok) return []
    t.is(result.val.code, 'INVALID_SPEC')
    return (result.val.problems ?? []).map(({ path }) => path)
  }
  t.deepEqual(paths({ ...bridged, subnet: '10.0.0.1/24', subnet6: '10.0.0.0/8', guests: 1 }), ['/subnet', '/subnet6'])
  t.deepEqual(paths({ ...bridged, guests: 254 }), ['/guests'])
  t.deepEqual(paths({ ...bridged, guests: 253 }), [])
  t.deepEqual(paths({ mode: 'routed', subnet: '10.0.0.0/24', guests: 65 }), ['/guests'])
  t.deepEqual(paths({ mode: 'routed', subnet: '10.0.0.0/24', prefixLength: 31, guests: 128 }), [])
  t.deepEqual(paths({ ...bridged, guests: ['a', 'a', 'b:c', ''] }), [
    '/guests/1/name',
    '/guests/2/name',
    '/guests/3/name',
  ])
  t.deepEqual(
    paths({
      ...bridged,
      guests: [
        { name: 'a', slot: 3 },
        { name: 'b', slot: 3 },
        { name: 'c', slot: 253 },
      ],
    }),
    ['/guests/1/slot', '/guests/2/slot'],
  )
  t.deepEqual(paths({ ...bridged, guests: 11, tapPrefix: 'a-very-long-one' }), ['/tapPrefix'])
  t.deepEqual(paths({ ...bridged, guests: 1, nameServers: ['ns'] }), ['/nameServers/0'])
})
