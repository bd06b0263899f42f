import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import test from 'ava'
import { guestNetwork } from '../../src/guests/guestNetwork.js'
import type { GuestNetworkOptions } from '../../src/guests/options.js'
import { fixture, inBackground } from '../helpers/program.js'
import { lie } from './attack.js'
import { attackGround, type Ground, received } from './attackGround.js'
import { arp, etherType, frame } from './frames.js'
import { datagram } from './trespass.js'

const options = (mode: 'bridged' | 'routed', more: Partial<GuestNetworkOptions> = {}): GuestNetworkOptions => ({
  mode,
  subnet: '10.0.0.0/24',
  subnet6: 'fd00::/64',
  uplink: 'up0',
  isolated: false,
  guests: ['attacker', 'victim'],
  ...more,
})

/** Sends lies through the attacker's device, whichever has its name, while work goes on; how many the kernel took. */
async function lying(ground: Ground, work: () => Promise<unknown>): Promise<number> {
  const { world, host, attacker } = ground
  attacker.close()
  const shared = new Int32Array(new SharedArrayBuffer(8))
  const frames = [lie(world, world.victim.address), lie(world, world.victim.address6)]
  const liar = new Worker(fixture(import.meta.url, 'liar'), {
    workerData: { name: 'tap0', fd: host.fd, frames, shared },
  })
  const ended = once(liar, 'message')
  for (let tries = 0; tries < 1000 && Atomics.load(shared, 1) < 4; tries++) await setTimeout(20)
  try {
    await work()
    await setTimeout(50)
  } finally {
    Atomics.store(shared, 0, 1)
  }
  await ended
  return Atomics.load(shared, 1)
}

for (const mode of ['bridged', 'routed'] as const) {
  test.serial(`a ${mode} guest finds no gap while its rules change`, async (t) => {
    const ground = await attackGround(t, options(mode))
    const { host } = ground
    const spec = (more: Partial<GuestNetworkOptions>) => guestNetwork(options(mode, more)).unwrap().spec
    const taken = await lying(ground, async () => {
      await host.apply(spec({ host: [{ protocol: 'icmp' }], isolated: true }))
      await host.apply(spec({ ingress: { bits: 100_000_000_000, packets: 1_000_000 } }))
      await host.apply(spec({ guests: ['attacker', 'victim', 'third'] }))
      await host.apply(spec({}), { prune: true })
      const failing = { ...spec({ isolated: true }), routes: [{ to: '10.9.0.0/16', via: '10.200.0.1' }] }
      await host.fails(failing)
      await host.apply(guestNetwork(options(mode)).unwrap().removalOf('victim'))
    })
    t.true(taken > 4, `${taken} were sent`)
    const { bridged, entered } = ground.attack([]).seen
    t.is(bridged + entered, 0)
  })

  test.serial(`a ${mode} guest's device that is made anew is confined from its first packet on`, async (t) => {
    const ground = await attackGround(t, options(mode))
    const { host } = ground
    const { spec } = guestNetwork(options(mode)).unwrap()
    const taken = await lying(ground, async () => {
      const links = (spec.links ?? []).map((link) =>
        link.name === 'tap0' ? { ...link, tap: { multiQueue: true } } : link,
      )
      // The attacker can be in the way of a device that it holds; then all is taken back, and must be as tight.
      await host.apply({ ...spec, links }).catch((error: unknown) => t.log(String(error)))
    })
    const { bridged, entered } = ground.attack([]).seen
    t.is(bridged + entered, 0)
    t.true(taken > 4, `${taken} were sent`)
  })

  test.serial(`a ${mode} guest that comes, goes and comes again has its rules before its device`, async (t) => {
    const ground = await attackGround(t, options(mode))
    const { host, network } = ground
    const taken = await lying(ground, async () => {
      for (let round = 0; round < 3; round++) {
        await host.apply(network.removalOf('attacker'))
        await host.apply(network.spec)
        await setTimeout(50)
      }
    })
    const { bridged, entered } = ground.attack([]).seen
    t.is(bridged + entered, 0)
    t.true(taken > 4, `${taken} were sent`)
  })

  test.serial(`what a ${mode} guest may no longer reach of the host ends, connections that it has too`, async (t) => {
    const ground = await attackGround(t, options(mode, { host: [{ protocol: 'udp', port: 53 }] }))
    const { host, world } = ground
    const { me, gateway } = world
    inBackground(
      t,
      host.path,
      `const socket = require('dgram').createSocket('udp4')
       socket.on('message', (text, from) => socket.send(text, from.port, from.address)).bind(53)`,
    )
    const question = datagram(world, gateway.address, [9, 53])
    // So that the host knows where to answer.
    const asks = arp({ senderMac: me.mac, sender: me.address, target: gateway.address })
    ground.attacker.write(frame({ source: me.mac, destination: gateway.mac, type: etherType.arp }, asks))
    const answered = async (): Promise<boolean> => {
      ground.attacker.write(question)
      await setTimeout(50)
      return received(ground.attacker).some((one) => Buffer.from(one).includes('an attack'))
    }
    let tries = 0
    while (!(await answered())) if (++tries > 100) return t.fail('no answer')
    ground.attack([])
    t.is(ground.attack([question]).seen.reached, 1)
    await host.apply(guestNetwork(options(mode, { host: [] })).unwrap().spec)
    t.is(ground.attack([question]).seen.reached, 0)
  })
}
