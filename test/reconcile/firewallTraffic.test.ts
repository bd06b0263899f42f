import type { ExecutionContext } from 'ava'
import test from 'ava'
import type { ConfineSpec } from '../../src/spec/firewallTypes.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'
import { inBackground } from '../helpers/program.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

interface Guests {
  readonly host: ReconcileNamespace
  readonly guests: readonly TestNamespace[]
  readonly outside: TestNamespace
}

/** A host, guests on the other ends of g0, g1 …, and a server outside behind up0. */
function household(t: ExecutionContext, count: number): Guests {
  const host = reconcileNamespace(t)
  const outside = testNamespace(t)
  host.sh(
    `ip link add up0 type veth peer name eth0 netns ${outside.path}; ip addr add 192.0.2.1/24 dev up0; ip link set up0 up`,
  )
  host.sh('ip addr add 2001:db8::1/64 dev up0 nodad; ip addr add fe80::1/64 dev up0 nodad')
  outside.sh(
    'ip addr add 192.0.2.2/24 dev eth0; ip addr add 2001:db8::2/64 dev eth0 nodad; ip link set eth0 up; ip link set lo up',
  )
  const guests = Array.from({ length: count }, (_, index) => {
    const guest = testNamespace(t)
    host.sh(`ip link add g${index} type veth peer name eth0 netns ${guest.path}; ip link set g${index} up`)
    guest.sh(`ip link set lo up; ip link set eth0 address 02:00:00:00:00:1${index}; ip link set eth0 up`)
    guest.sh(`ip addr add 10.0.0.1${index}/24 dev eth0; ip addr add fd00::1${index}/64 dev eth0 nodad`)
    guest.sh('ip route add default via 10.0.0.1; ip -6 route add default via fd00::1')
    return guest
  })
  return { host, guests, outside }
}

/** What forwards looks for neighbors from its link-local address, and these namespaces make none. */
const linkLocal = { address: 'fe80::1/64', noDad: true }

function bridged(count: number, confine: (index: number) => LinkSpec['confine'], more: Spec = {}): Spec {
  return {
    forwarding: { ipv4: true, ipv6: true },
    links: [
      { name: 'br0', kind: 'bridge', addresses: ['10.0.0.1/24', { address: 'fd00::1/64', noDad: true }, linkLocal] },
      ...Array.from({ length: count }, (_, index) => {
        const value = confine(index)
        return { name: `g${index}`, master: 'br0', ...(value === undefined ? {} : { confine: value }) }
      }),
    ],
    ...more,
  }
}

/** Whether an address answers; neighbors that were not found are forgotten first. */
function answers(from: TestNamespace, address: string): boolean {
  return (
    from.sh(`ip neigh flush all; ping -q -c 1 -W 1 ${address} >/dev/null 2>&1 && echo yes || echo no`).trim() === 'yes'
  )
}

const own = (index: number): ConfineSpec => ({
  mac: `02:00:00:00:00:1${index}`,
  addresses: [`10.0.0.1${index}`, `fd00::1${index}`],
})

test.serial('guests reach the world under the address of the host, in both families', async (t) => {
  const { host, guests, outside } = household(t, 1)
  const [guest] = guests
  if (!guest) return t.fail()
  const masquerade = [
    { from: '10.0.0.0/24', out: 'up0' },
    { from: 'fd00::/64', out: 'up0' },
  ]
  const before = host.picture()
  await host.apply(bridged(1, () => undefined))
  t.false(answers(guest, '192.0.2.2'), 'the world does not know the way back')
  t.false(answers(guest, '2001:db8::2'))
  await host.converges(bridged(1, () => undefined, { nat: { masquerade } }))
  t.true(answers(guest, '192.0.2.2'))
  t.true(answers(guest, '2001:db8::2'))
  await host.converges(
    bridged(1, () => undefined, { nat: { masquerade: masquerade.map((one) => ({ ...one, absent: true })) } }),
  )
  t.false(answers(outside, '10.0.0.10'))
  await host.apply({ links: [{ name: 'br0', absent: true }], forwarding: { ipv4: false, ipv6: false } })
  t.deepEqual(host.picture(), before)
})

test.serial('a port of the host leads to a guest, and elsewhere when it is changed', async (t) => {
  const { host, guests, outside } = household(t, 2)
  const to = (index: number): Spec =>
    bridged(2, () => undefined, {
      nat: {
        masquerade: [{ from: '10.0.0.0/24', out: 'up0' }],
        portForward: [
          { protocol: 'udp', port: 7000, to: `10.0.0.1${index}:7`, in: 'up0' },
          { protocol: 'udp', port: 7000, to: `[fd00::1${index}]:7`, in: 'up0' },
        ],
      },
    })
  for (const [index, guest] of guests.entries()) inBackground(t, guest.path, echoServer(`guest ${index}`))
  await host.converges(to(0))
  t.is(await asked(outside, '192.0.2.1', 7000), 'guest 0')
  t.is(await asked(outside, '2001:db8::1', 7000), 'guest 0')
  const changed = await host.plan(to(1))
  t.deepEqual(
    changed.steps.map(({ action, object, id, changes }) => ({ action, object, id, changes })),
    [
      {
        action: 'update',
        object: 'portForward',
        id: 'udp 7000 in up0',
        changes: [{ property: 'to', before: '10.0.0.10', after: '10.0.0.11' }],
      },
      {
        action: 'update',
        object: 'portForward',
        id: 'udp 7000 inet6 in up0',
        changes: [{ property: 'to', before: 'fd00::10', after: 'fd00::11' }],
      },
    ],
  )
  await host.converges(to(1))
  t.is(await asked(outside, '192.0.2.1', 7000, 5001), 'guest 1')
  t.is(await asked(outside, '2001:db8::1', 7000, 5001), 'guest 1')
})

/** A program that answers every datagram to port 7 with a text. */
function echoServer(text: string): string {
  return `
    for (const [type, address] of [['udp4', '0.0.0.0'], ['udp6', '::']]) {
      const socket = require('dgram').createSocket({ type, ipv6Only: type === 'udp6' })
      socket.on('message', (_, from) => socket.send('${text}', from.port, from.address)).bind(7, address)
    }`
}

/** What comes back from a UDP port; tried until the server is there. */
async function asked(from: TestNamespace, address: string, port: number, sourcePort = 5000): Promise<string> {
  const type = address.includes(':') ? 'udp6' : 'udp4'
  const script = `
    const socket = require('dgram').createSocket('${type}')
    const ask = setInterval(() => socket.send('?', ${port}, '${address}'), 50)
    const late = setTimeout(() => { console.log('nothing'); process.exit() }, 8000)
    socket.on('message', (answer) => { console.log(String(answer)); process.exit() }).bind(${sourcePort})`
  return from.sh(`node -e "${script}"`).trim()
}

test.serial('a guest that takes the address of another one is silent, whatever it says', async (t) => {
  const { host, guests } = household(t, 2)
  const [honest, liar] = guests
  if (!honest || !liar) return t.fail()
  await host.converges(bridged(2, own))
  t.true(answers(honest, '10.0.0.11') && answers(honest, 'fd00::11'))
  t.true(answers(liar, '10.0.0.1') && answers(liar, 'fd00::1'))
  liar.sh('ip addr add 10.0.0.66/24 dev eth0; ip addr add fd00::66/64 dev eth0 nodad')
  for (const [source, target] of [
    ['10.0.0.66', '10.0.0.10'],
    ['fd00::66', 'fd00::10'],
    ['10.0.0.66', '10.0.0.1'],
    ['fd00::66', 'fd00::1'],
  ]) {
    t.false(
      liar.sh(`ping -q -c 1 -W 1 -I ${source} ${target} >/dev/null 2>&1 && echo yes || echo no`).trim() === 'yes',
      `${source} to ${target}`,
    )
  }
  // Nobody learns of it by ARP or neighbor discovery either.
  honest.sh(
    'ip neigh flush all; ping -q -c 1 -W 1 10.0.0.66 >/dev/null 2>&1 || true; ping -q -c 1 -W 1 fd00::66 >/dev/null 2>&1 || true',
  )
  t.notRegex(honest.sh('ip neigh'), /(10\.0\.0\.66|fd00::66).*lladdr/)
  liar.sh('ip link set eth0 address 02:00:00:00:00:77')
  t.false(answers(liar, '10.0.0.1') || answers(liar, 'fd00::1') || answers(liar, '10.0.0.10'))
  t.notRegex(host.sh('bridge fdb show br br0'), /00:77.*dev g1 master br0 $/m)
  // The honest one goes on, and the liar too when it is honest again.
  t.true(answers(honest, '10.0.0.1') && answers(honest, 'fd00::1'))
  liar.sh('ip link set eth0 address 02:00:00:00:00:11')
  t.true(answers(liar, '10.0.0.10'))
})

test.serial('a guest reaches of the host what is named; the host reaches the guest', async (t) => {
  const { host, guests, outside } = household(t, 1)
  const [guest] = guests
  if (!guest) return t.fail()
  inBackground(t, host.path, echoServer('host'))
  const confined = (access: NonNullable<NonNullable<LinkSpec['confine']>['host']>): Spec =>
    bridged(1, (index) => ({ ...own(index), host: access }), {
      nat: { masquerade: [{ from: '10.0.0.0/24', out: 'up0' }] },
    })
  await host.converges(confined([{ protocol: 'udp', port: 7 }]))
  t.is(await asked(guest, '10.0.0.1', 7), 'host')
  t.is(await asked(guest, 'fd00::1', 7), 'host')
  t.false(answers(guest, '10.0.0.1') || answers(guest, 'fd00::1') || answers(guest, '192.0.2.1'))
  t.true(answers(host, '10.0.0.10') && answers(host, 'fd00::10'), 'the host may ask')
  t.true(answers(guest, '192.0.2.2'), 'what goes through the host is not for it')
  await host.converges(confined([{ protocol: 'icmp' }]))
  t.true(answers(guest, '10.0.0.1') && answers(guest, 'fd00::1'))
  await host.converges(confined([]))
  t.false(answers(guest, '10.0.0.1') || answers(guest, 'fd00::1'))
  t.true(answers(outside, '192.0.2.1'))
})

test.serial('isolated guests do not reach each other, on the bridge or by way of the host', async (t) => {
  const { host, guests } = household(t, 3)
  const [one, other, free] = guests
  if (!one || !other || !free) return t.fail()
  const spec = bridged(3, (index) => ({ ...own(index), ...(index < 2 ? { isolated: true } : {}) }))
  const links = (spec.links ?? []).map((link) =>
    link.name === 'g0' || link.name === 'g1' ? { ...link, bridgePort: { isolated: true } } : link,
  )
  await host.converges({ ...spec, links })
  t.false(answers(one, '10.0.0.11') || answers(one, 'fd00::11'))
  t.true(answers(one, '10.0.0.1') && answers(one, '10.0.0.12') && answers(free, '10.0.0.11'))
  // By way of the host: the route says that the other one is behind it.
  one.sh('ip route add 10.0.0.11 via 10.0.0.1')
  other.sh('ip route add 10.0.0.10 via 10.0.0.1')
  t.false(answers(one, '10.0.0.11'))
  await host.apply({ ...spec, links: links.map((link) => (link.name === 'g1' ? { ...link, confine: null } : link)) })
  t.true(answers(one, '10.0.0.11'), 'without it the host leads there')
})

test.serial('a routed guest is confined as a bridged one is', async (t) => {
  const { host, guests } = household(t, 2)
  const [one, other] = guests
  if (!one || !other) return t.fail()
  const routed: Spec = {
    forwarding: { ipv4: true },
    links: [0, 1].map((index) => ({
      name: `g${index}`,
      addresses: [{ address: '10.0.0.1', peer: `10.0.0.1${index}/32` }],
      confine: { ...own(index), host: [{ protocol: 'icmp' as const }], isolated: index === 0 },
    })),
  }
  for (const guest of [one, other]) guest.sh('ip addr flush dev eth0; ip route flush all')
  one.sh('ip addr add 10.0.0.10/32 dev eth0; ip route add 10.0.0.1 dev eth0; ip route add default via 10.0.0.1')
  other.sh('ip addr add 10.0.0.11/32 dev eth0; ip route add 10.0.0.1 dev eth0; ip route add default via 10.0.0.1')
  await host.converges(routed)
  t.true(answers(one, '10.0.0.1') && answers(one, '10.0.0.11'))
  one.sh('ip addr add 10.0.0.66/32 dev eth0')
  t.is(one.sh('ping -q -c 1 -W 1 -I 10.0.0.66 10.0.0.11 >/dev/null 2>&1 && echo yes || echo no').trim(), 'no')
  one.sh('ip link set eth0 address 02:00:00:00:00:77')
  t.false(answers(one, '10.0.0.1'))
})

test.serial('what is beyond a rate is dropped, in each direction', async (t) => {
  const { host, guests } = household(t, 1)
  const [guest] = guests
  if (!guest) return t.fail()
  const flood = (from: TestNamespace, to: string): number => {
    const output = from.sh(`ping -q -f -c 400 -s 1000 -W 1 ${to} 2>&1 || true`)
    return Number(/(\d+) received/.exec(output)?.[1])
  }
  await host.apply(bridged(1, own))
  t.is(flood(guest, '10.0.0.1'), 400)
  // 16 may come at once, and then one a second.
  await host.converges(bridged(1, (index) => ({ ...own(index), ingress: { packets: 1 } })))
  t.true(flood(guest, '10.0.0.1') < 100)
  await host.converges(bridged(1, (index) => ({ ...own(index), egress: { packets: 1 } })))
  t.true(flood(guest, '10.0.0.1') < 100)
  // 256 KiB may come at once.
  await host.converges(bridged(1, (index) => ({ ...own(index), ingress: { bits: 8000 } })))
  const received = flood(guest, '10.0.0.1')
  t.true(received > 100 && received < 350, `${received}`)
  await host.converges(bridged(1, own))
  t.is(flood(guest, '10.0.0.1'), 400)
})
