import { guestNetwork } from '../../src/guests/guestNetwork.js'
import type { GuestNetworkOptions } from '../../src/guests/options.js'
import { inBackground } from '../helpers/program.js'
import { fetchCommand, hostWithUplink, isCutOff, reaches, SteadyPing } from './household.js'
import { bootGuest, testWithGuests } from './qemu.js'

// Machines under emulation take their time to boot where other tests run beside.
const patience = 300_000
const user = 65534

const everything = { links: [], forwarding: { ipv4: false, ipv6: false } }

testWithGuests(
  'guests on a bridge: what they reach, what they are kept from, and how they come and go',
  async (t, image) => {
    t.timeout(patience)
    const { host, outside } = hostWithUplink(t)
    const before = host.picture()
    const options: GuestNetworkOptions = {
      mode: 'bridged',
      subnet: '10.0.0.0/24',
      subnet6: 'fd00::/64',
      uplink: 'up0',
      isolated: false,
      guests: [
        { name: 'web', owner: user, portForward: [{ protocol: 'tcp', port: 8080, guestPort: 80 }] },
        { name: 'db', owner: user },
      ],
    }
    const network = guestNetwork(options).unwrap()
    await host.apply(network.spec)
    const [webGuest, dbGuest] = network.guests
    if (!webGuest || !dbGuest) return t.fail()
    const booting = [webGuest, dbGuest].map((guest) => bootGuest(t, host, image, guest, { user }))
    const [web, db] = await Promise.all(booting)
    if (!web || !db) return t.fail()

    // Guest to guest, and to the host.
    t.true(await reaches(web, '10.0.0.3', 'fd00::3', '10.0.0.1', 'fd00::1'))
    const known = host.sh('bridge fdb show br guests')
    t.regex(known, /02:fc:0a:00:00:02 dev tap0 master guests static *$/m)
    t.regex(known, /02:fc:0a:00:00:03 dev tap1 master guests static *$/m)

    // To the world under the host's address, and from the world by the host's port.
    t.regex(await web.run(fetchCommand('192.0.2.2', 8000)), /^(::ffff:)?192\.0\.2\.1$/)
    t.is(await web.run(fetchCommand('2001:db8::2', 8000)), '2001:db8::1')
    t.is(outside.sh(fetchCommand('192.0.2.1', 8080)).trim(), 'web')
    t.is(outside.sh(fetchCommand('2001:db8::1', 8080)).trim(), 'web')

    // With an address or a MAC address that it was not given, it is silent.
    await web.run('ip addr add 10.0.0.66/24 dev eth0; ip -6 addr add fd00::66/64 dev eth0')
    t.false(await web.succeeds('ping -c 2 -W 1 -I 10.0.0.66 10.0.0.1'))
    t.false(await web.succeeds('ping -c 2 -W 1 -I fd00::66 fd00::1'))
    t.true(await isCutOff(db, '10.0.0.66', 'fd00::66'))
    await web.run('ip addr del 10.0.0.66/24 dev eth0; ip -6 addr del fd00::66/64 dev eth0')
    await web.run('ip link set eth0 address 02:00:00:00:00:66')
    t.true(await isCutOff(web, '10.0.0.1', 'fd00::1'))
    t.notRegex(host.sh('bridge fdb show br guests'), /02:00:00:00:00:66 dev tap0 master guests $/m)
    await web.run('ip link set eth0 address 02:fc:0a:00:00:02')
    t.true(await reaches(web, '10.0.0.1'))

    // Isolated, they have the host and the world, but not each other.
    await host.apply(guestNetwork({ ...options, isolated: true }).unwrap().spec)
    t.true(await isCutOff(web, '10.0.0.3'))
    t.true(await isCutOff(db, 'fd00::2'))
    t.true(await reaches(db, '10.0.0.1'))
    await host.apply(network.spec)
    t.true(await reaches(db, '10.0.0.2'))

    // A device goes and comes back with a new guest; the other guest notices nothing.
    const ping = await SteadyPing.start(db, '10.0.0.1')
    await web.stop()
    await host.apply(network.removalOf('web'))
    t.false(host.sh('ip -o link').includes('tap0'))
    await ping.more()
    await host.apply(network.spec)
    await ping.more()
    const again = await bootGuest(t, host, image, webGuest, { user })
    t.true(await reaches(again, '10.0.0.3'))
    await host.apply(network.removalOf('web'))
    t.deepEqual(await ping.lost(), [])

    for (const guest of [again, db]) await guest.stop()
    await host.apply(everything, { prune: true })
    t.deepEqual(host.picture(), before)
    t.is(host.sh('nft list ruleset'), '')
  },
)

testWithGuests('guests that are routed: what they reach, and what they are kept from', async (t, image) => {
  t.timeout(patience)
  const { host, outside } = hostWithUplink(t)
  const before = host.picture()
  const options: GuestNetworkOptions = {
    mode: 'routed',
    subnet: '10.1.0.0/24',
    subnet6: 'fd01::/64',
    uplink: 'up0',
    isolated: false,
    guests: [{ name: 'web', portForward: [{ protocol: 'tcp', port: 8080, guestPort: 80 }] }, 'db'],
  }
  const network = guestNetwork(options).unwrap()
  await host.apply(network.spec)
  const [web, db] = await Promise.all(network.guests.map((guest) => bootGuest(t, host, image, guest)))
  if (!web || !db) return t.fail()

  t.true(await reaches(web, '10.1.0.6', 'fd01::6', '10.1.0.1', 'fd01::1', '10.1.0.5'))
  t.regex(await web.run(fetchCommand('192.0.2.2', 8000)), /^(::ffff:)?192\.0\.2\.1$/)
  t.is(await web.run(fetchCommand('2001:db8::2', 8000)), '2001:db8::1')
  t.is(outside.sh(fetchCommand('192.0.2.1', 8080)).trim(), 'web')
  t.is(outside.sh(fetchCommand('2001:db8::1', 8080)).trim(), 'web')

  // Of the host it may reach what is named: here a port, and no ping; of the world, everything.
  inBackground(t, host.path, `require('http').createServer((_, answer) => answer.end('host')).listen(8000, '::')`)
  t.is(await web.run(fetchCommand('10.1.0.1', 8000)), 'host')
  const named: GuestNetworkOptions = { ...options, host: [{ protocol: 'tcp', port: 8000 }] }
  await host.apply(guestNetwork(named).unwrap().spec)
  t.true(await isCutOff(web, '10.1.0.1', 'fd01::1', '192.0.2.1', '2001:db8::1'))
  t.is(await web.run(fetchCommand('10.1.0.1', 8000)), 'host')
  t.is(await web.run(fetchCommand('fd01::1', 8000)), 'host')
  t.is(await web.run(fetchCommand('2001:db8::2', 8000)), '2001:db8::1')
  await host.apply(guestNetwork({ ...options, host: [] }).unwrap().spec)
  t.false(await web.succeeds(`printf 'GET / HTTP/1.0\\r\\n\\r\\n' | busybox nc -w 2 10.1.0.1 8000 | grep host`))
  t.true(await reaches(web, '10.1.0.6', '2001:db8::2'))
  await host.apply({ links: network.spec.links?.map(({ name }) => ({ name, confine: null })) ?? [] })
  await host.apply(network.spec)
  t.true(await reaches(web, '10.1.0.1'))

  await web.run('ip addr add 10.1.0.66/24 dev eth0; ip -6 addr add fd01::66/64 dev eth0')
  t.false(await web.succeeds('ping -c 2 -W 1 -I 10.1.0.66 10.1.0.1'))
  t.false(await web.succeeds('ping -c 2 -W 1 -I fd01::66 fd01::1'))
  await web.run('ip addr del 10.1.0.66/24 dev eth0; ip -6 addr del fd01::66/64 dev eth0')
  await web.run('ip link set eth0 address 02:00:00:00:00:66')
  t.true(await isCutOff(web, '10.1.0.1'))
  await web.run('ip link set eth0 address 02:fc:0a:01:00:02')

  const ping = await SteadyPing.start(web, '10.1.0.1')
  await host.apply(guestNetwork({ ...options, isolated: true }).unwrap().spec)
  t.true(await isCutOff(db, '10.1.0.2', 'fd01::2'))
  t.true(await reaches(db, 'fd01::5'))
  await db.stop()
  await host.apply(network.removalOf('db'))
  t.deepEqual(await ping.lost(), [])

  await web.stop()
  await host.apply(everything, { prune: true })
  t.deepEqual(host.picture(), before)
  t.is(host.sh('nft list ruleset'), '')
})
