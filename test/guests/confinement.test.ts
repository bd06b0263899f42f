import test from 'ava'
import { arpAttacks } from './arpAttacks.js'
import { attackGround, deceived, received, type Seen } from './attackGround.js'
import { discoveryAttacks } from './discoveryAttacks.js'
import { frameAttacks } from './frameAttacks.js'
import { icmp, icmpv6, ipProtocol } from './frames.js'
import { cameIn, honesty } from './honesty.js'
import { packetAttacks } from './packetAttacks.js'
import { succeeding } from './succeeding.js'
import { datagram, embedded, hostAttacks, isolationAttacks, packet } from './trespass.js'

const kinds = { Ethernet: frameAttacks, ARP: arpAttacks, 'neighbor discovery': discoveryAttacks, IP: packetAttacks }
const host = [{ protocol: 'udp' as const, port: 53 }]

for (const mode of ['bridged', 'routed'] as const) {
  test.serial(`nothing comes in from a ${mode} guest that lies`, async (t) => {
    const ground = await attackGround(t, { mode })
    for (const [kind, attacks] of Object.entries(kinds)) {
      const succeeded = succeeding(ground, attacks, (seen, learned) => {
        const { bridged, entered, arp } = seen
        const wrong = learned.macs.filter((one) => one !== ground.world.me.mac)
        return [
          ...(bridged + entered + arp > 0 ? [JSON.stringify(seen)] : []),
          ...(wrong.length > 0 ? [`the bridge learned ${wrong}`] : []),
          ...deceived(ground.world, learned).map((one) => `the host learned ${one}`),
        ]
      })
      t.deepEqual(succeeded, [], kind)
    }
  })

  test.serial(`what an honest ${mode} guest says comes in`, async (t) => {
    const ground = await attackGround(t, { mode })
    const failed: string[] = []
    for (const [name, frames] of honesty) {
      const { seen } = ground.attack([frames(ground.world)].flat())
      if (!cameIn(ground.world, seen)) failed.push(`${name}: ${JSON.stringify(seen)}`)
    }
    t.deepEqual(failed, [])
  })

  test.serial(`a ${mode} guest reaches nothing of the host but what was named`, async (t) => {
    const ground = await attackGround(t, { mode, host, isolated: true })
    const { world } = ground
    const came = ({ reached }: Seen) => (reached > 0 ? [`${reached} came`] : [])
    t.deepEqual(succeeding(ground, hostAttacks, came), [])
    for (const { address, address6 } of [world.gateway]) {
      t.is(ground.attack([datagram(world, address, [9, 53])]).seen.reached, 1)
      t.is(ground.attack([datagram(world, address6, [9, 53])]).seen.reached, 1)
    }
  })

  test.serial(`an isolated ${mode} guest reaches no other one`, async (t) => {
    const guests = [
      'attacker',
      { name: 'victim', portForward: [{ protocol: 'tcp' as const, port: 8080, guestPort: 80 }] },
    ]
    const ground = await attackGround(t, { mode, isolated: true, guests })
    const succeeded: string[] = []
    received(ground.victim)
    for (const [name, frames] of isolationAttacks) {
      const sent = [frames(ground.world)].flat()
      const { learned } = ground.attack(sent)
      const from = Buffer.from(ground.world.me.address.split('.').map(Number))
      const came = received(ground.victim).filter(
        (one) =>
          Buffer.from(one).includes('an attack') || (one[12] === 8 && one[13] === 0 && Buffer.from(one).includes(from)),
      )
      if (came.length > 0) succeeded.push(name)
      for (const one of deceived(ground.world, learned)) succeeded.push(`${name}: ${one}`)
    }
    t.deepEqual(succeeded, [])
  })

  test.serial(`a ${mode} guest tells errors of its own connections only`, async (t) => {
    const ground = await attackGround(t, { mode, host, isolated: true })
    const { world } = ground
    const { me, victim } = world
    const { icmp: ICMP, icmpv6: ICMPV6 } = ipProtocol
    const error4 = (to: string, about: Uint8Array) => packet(world, to, ICMP, icmp(3, about, 4))
    const error6 = (to: string, about: Uint8Array) =>
      packet(world, to, ICMPV6, icmpv6(me.address6, to, 2, [0, 0, 5, 0, ...about]))
    // Each asks a server of the world, and the host does.
    ground.attack([datagram(world, '192.0.2.2', [5000, 7]), datagram(world, '2001:db8::2', [5000, 7])])
    const gateway = { ...world.gateway, mac: world.mode === 'bridged' ? world.gateway.mac : ground.macOf('tap1') }
    const other = { ...world, me: victim, gateway }
    for (const to of ['192.0.2.2', '2001:db8::2']) ground.victim.write(datagram(other, to, [5000, 7]))
    ground.host.sh(
      `node -e "for (const [type, to] of [['udp4', '192.0.2.2'], ['udp6', '2001:db8::2']]) { const s = require('dgram').createSocket(type); s.bind(6000, () => s.send('x', 7, to, () => s.close())) }"`,
    )
    ground.attack([])
    const forwarded = (frame: Uint8Array): number => ground.attack([frame]).seen.forwarded
    const reached = (frame: Uint8Array): number => ground.attack([frame]).seen.reached
    t.is(forwarded(error4('192.0.2.2', embedded('192.0.2.2', me.address, 7, 5000))), 1, 'its own')
    t.is(forwarded(error6('2001:db8::2', embedded('2001:db8::2', me.address6, 7, 5000))), 1, 'its own in IPv6')
    t.is(forwarded(error4('192.0.2.2', embedded('192.0.2.2', victim.address, 7, 5000))), 0, "the victim's")
    t.is(forwarded(error6('2001:db8::2', embedded('2001:db8::2', victim.address6, 7, 5000))), 0, "the victim's in IPv6")
    t.is(reached(error4('192.0.2.1', embedded('192.0.2.1', '192.0.2.2', 6000, 7))), 0, "the host's")
    t.is(reached(error6('2001:db8::1', embedded('2001:db8::1', '2001:db8::2', 6000, 7))), 0, "the host's in IPv6")
    t.is(ground.attack([datagram(world, world.gateway.address, [9, 53])]).seen.reached, 1)
    t.is(reached(error4(world.gateway.address, embedded(world.gateway.address, me.address, 53, 9))), 1, 'of its own')
  })
}

test.serial('a routed guest makes the host look for nobody behind the link of another', async (t) => {
  const ground = await attackGround(t, { mode: 'routed' })
  const { world, host } = ground
  const { learned } = ground.attack([datagram(world, 'fd00::7', [7, 7])])
  t.false(learned.neighbors.has('fd00::7'))
  host.sh('ping -q -c 1 -W 1 fd00::7 >/dev/null 2>&1 || true')
  t.true(ground.attack([]).learned.neighbors.has('fd00::7'), 'the host itself may look')
})

test.serial('a guest whose MAC address is not told speaks for its own addresses only', async (t) => {
  const ground = await attackGround(t, { mode: 'bridged' })
  const { host, network, world } = ground
  const links = network.guests.map(({ tap }, index) => ({
    name: tap,
    confine: { addresses: [[world.me, world.victim][index]?.address6 ?? ''] },
  }))
  await host.converges({ links })
  // It may say that its address is anywhere.
  const lies = discoveryAttacks.filter(([name]) => !name.includes('own address is'))
  const came = ({ bridged }: Seen) => (bridged > 0 ? [`${bridged} came`] : [])
  t.deepEqual(succeeding(ground, lies, came), [])
})
