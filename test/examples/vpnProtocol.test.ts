// What the daemons of examples/vpn say to each other, without a network.
import test from 'ava'
import fc from 'fast-check'
import { Handshakes } from '../../examples/vpn/handshake.js'
import { type Identity, keyPair, newKeyPair } from '../../examples/vpn/keys.js'
import { sourcesBehind } from '../../examples/vpn/network.js'
import { seal } from '../../examples/vpn/nodeCipher.js'
import { KkHandshake } from '../../examples/vpn/noise.js'
import { Peer, type PeerOptions } from '../../examples/vpn/peer.js'
import { ReplayWindow } from '../../examples/vpn/replayWindow.js'
import { Session } from '../../examples/vpn/session.js'

const pair = (hex: string) => keyPair(Buffer.from(hex, 'hex').toString('base64'))
const hexOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex')
const bytesOf = (hex: string): Buffer => Buffer.from(hex, 'hex')

function identities(): [Identity, Identity] {
  const [a, b] = [newKeyPair(), newKeyPair()]
  return [
    { own: a, peer: b.publicKey },
    { own: b, peer: a.publicKey },
  ]
}

test('the handshake is Noise KK, by the test vector of the Cacophony implementation', (t) => {
  const a = pair('e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1')
  const b = pair('4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893')
  const ephemeral = pair('893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a')
  const otherEphemeral = pair('bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b')
  const prologue = bytesOf('4a6f686e2047616c74')
  const initiator = new KkHandshake('initiator', { own: a, peer: b.publicKey }, prologue, ephemeral)
  const responder = new KkHandshake('responder', { own: b, peer: a.publicKey }, prologue, otherEphemeral)
  const first = initiator.write(bytesOf('4c756477696720766f6e204d69736573'))
  t.is(
    hexOf(first),
    'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79440177015efc1fe7a37c629af7120a96274e6ab7afcc9261901d0e09ae32a5bb96',
  )
  t.is(hexOf(responder.read(first)), '4c756477696720766f6e204d69736573')
  const second = responder.write(bytesOf('4d757272617920526f746862617264'))
  t.is(
    hexOf(second),
    '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843b274d3429adc47ca093ba63ef90f8da89fda108db471dccfa4894aa7b00003',
  )
  t.is(hexOf(initiator.read(second)), '4d757272617920526f746862617264')
  t.deepEqual(initiator.keys().sending, responder.keys().receiving)
  t.deepEqual(initiator.keys().receiving, responder.keys().sending)
})

test('a handshake of strangers, changed, cut, or recorded comes to nothing', (t) => {
  const [here, there] = identities()
  const stranger = newKeyPair()
  const [a, b] = [new Handshakes(here), new Handshakes(there)]
  const hello = a.hello(0)
  t.is(new Handshakes({ own: stranger, peer: here.own.publicKey }).answer(hello.message, 0), undefined)
  t.is(b.answer(new Handshakes({ own: stranger, peer: there.own.publicKey }).hello(0).message, 0), undefined)
  const changes = (message: Buffer): Buffer[] => [
    ...Array.from({ length: message.length * 8 }, (_, bit) => {
      const changed = Buffer.from(message)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      return changed
    }),
    ...Array.from({ length: message.length }, (_, length) => message.subarray(0, length)),
    Buffer.concat([message, Buffer.alloc(1)]),
  ]
  for (const changed of changes(hello.message)) t.is(b.answer(changed, 0), undefined)
  const answer = b.answer(hello.message, 0)
  if (!answer) return t.fail()
  t.is(b.answer(hello.message, 0), undefined, 'a hello that was recorded')
  for (const changed of changes(answer.message)) t.is(a.finish(changed, hello, 0), undefined)
  t.is(a.finish(answer.message, a.hello(0), 0), undefined, 'the answer to another hello')
  t.is(a.finish(hello.message, hello, 0), undefined, 'its own hello')
  const session = a.finish(answer.message, hello, 0)
  if (!session) return t.fail()
  const sealed = session.seal(Buffer.from('packet'))
  for (const changed of changes(sealed)) {
    if (changed.length >= 32) t.is(answer.session.unseal(changed), undefined)
  }
  t.is(session.unseal(sealed), undefined, 'one direction is not the other')
  t.is(answer.session.unseal(sealed)?.toString(), 'packet')
  t.is(answer.session.unseal(sealed), undefined, 'a packet that was recorded')
  t.is(session.unseal(answer.session.seal(Buffer.from('back')))?.toString(), 'back')
})

test('a key with which everybody would compute the same is refused', (t) => {
  const zero = new Uint8Array(32)
  t.throws(() => new Handshakes({ own: newKeyPair(), peer: zero }), { instanceOf: TypeError })
  const [here, there] = identities()
  const responder = new KkHandshake('responder', there, zero)
  t.is(responder.read(Buffer.alloc(48)), undefined)
  t.truthy(new KkHandshake('responder', there, zero).read(new KkHandshake('initiator', here, zero).write()))
})

test('a counter is never used twice, and a session at its last one seals nothing more', (t) => {
  const session = new Session(1, true, 0, { sending: new Uint8Array(32), receiving: new Uint8Array(32) })
  const counters = Array.from({ length: 100 }, () => session.seal(new Uint8Array()).readUIntLE(8, 6))
  t.deepEqual(
    counters,
    counters.map((_, index) => index),
  )
  const key = new Uint8Array(32)
  t.notThrows(() => seal(key, 2 ** 48 - 1, new Uint8Array(), key))
  t.throws(() => seal(key, 2 ** 48, new Uint8Array(), key), { instanceOf: RangeError })
})

test('the replay window is what it would be with all the memory of the world', (t) => {
  const size = 2048
  // Steps around the edges of the window, small ones, and leaps.
  const step = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.integer({ min: -size - 2, max: -size + 2 }),
    fc.integer({ min: size - 2, max: size + 2 }),
    fc.integer({ min: -3 * size, max: 3 * size }),
    fc.constant(2 ** 40),
  )
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const window = new ReplayWindow()
        const seen = new Set<number>()
        let newest = -1
        for (const by of steps) {
          const counter = Math.max(0, newest + by)
          const isNew = counter > newest - size && !seen.has(counter)
          if (window.accept(counter) !== isNew) return false
          seen.add(counter)
          newest = Math.max(newest, counter)
        }
        return true
      }),
      { numRuns: 500 },
    ),
  )
})

/** Two sides on a clock that is moved by hand, and all that one of them sealed. */
function twoPeers(options: Partial<PeerOptions> = {}) {
  const [here, there] = identities()
  const time = { now: 0 }
  const clock = (): number => time.now
  const a = new Peer({ identity: here, clock, ...options })
  const b = new Peer({ identity: there, clock, ...options })
  /** Carries a message, and whatever is said back, to the end; returns what came out at the first receiver. */
  const carry = (message: Buffer | undefined, to: Peer): Buffer | undefined => {
    if (!message) return undefined
    const packet = to.unseal(message)
    const greeted = packet ? undefined : to.greeted(message)
    if (greeted) carry(greeted.reply, to === a ? b : a)
    return packet
  }
  return { a, b, time, carry }
}

test('keys change by time and by count, in order no packet is lost, and old keys open a while longer', (t) => {
  for (const options of [{ rekeyAfter: 1000 }, { rekeyAfterPackets: 20 }]) {
    const { a, b, time, carry } = twoPeers(options)
    const sessions = new Set<number>()
    const inFlight: Buffer[] = []
    carry(a.due(), b)
    for (let index = 0; index < 500; index++) {
      time.now += 50
      carry(a.due(), b)
      carry(b.due(), a)
      const text = String(index)
      inFlight.push(a.seal(Buffer.from(text)) ?? Buffer.alloc(0))
      t.is(carry(b.seal(Buffer.from(text)), a)?.toString(), text)
      // Five packets are always on their way.
      if (inFlight.length > 5) t.is(carry(inFlight.shift(), b)?.toString(), String(index - 5))
      sessions.add(a.session ?? 0)
    }
    t.true(sessions.size > 10 && sessions.size < 40, `${sessions.size} sessions`)
  }
})

test('keys that are too old open and seal nothing', (t) => {
  const { a, b, time, carry } = twoPeers({ rekeyAfter: 1000 })
  carry(a.due(), b)
  const sealed = a.seal(Buffer.from('late'))
  time.now += 3000
  t.truthy(a.due(), 'a hello')
  b.due()
  t.is(a.seal(Buffer.from('late')), undefined)
  t.is(carry(sealed, b), undefined)
})

test('the one who answered uses the new keys only when the other side has shown them', (t) => {
  const { a, b, time, carry } = twoPeers()
  carry(a.due(), b)
  const before = b.session
  time.now += 121_000
  const hello = a.due()
  const greeted = hello && b.greeted(hello)
  t.is(greeted?.isFresh, false)
  t.is(b.session, before)
  t.is(carry(b.seal(Buffer.from('old keys')), a)?.toString(), 'old keys')
  const finished = greeted && a.greeted(greeted.reply)
  t.true(finished?.isFresh)
  t.not(a.session, before)
  t.is(b.session, before)
  t.is(carry(finished?.reply, b)?.length, 0)
  t.is(b.session, a.session)
  t.is(a.greeted(greeted?.reply ?? Buffer.alloc(0)), undefined, 'an answer that was recorded')
})

test('whatever a network does, a packet comes out once or not at all, and no nonce is used twice', (t) => {
  const action = fc.record({
    kind: fc.constantFrom('data', 'data', 'data', 'due', 'deliver', 'deliver', 'deliver', 'repeat', 'drop', 'forge'),
    side: fc.boolean(),
    pick: fc.nat(),
    wait: fc.constantFrom(0, 10, 300, 1100),
  })
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.array(action, { minLength: 50, maxLength: 200 }), (actions) => {
        const { a, b, time, carry } = twoPeers({ rekeyAfter: 4000, rekeyAfterPackets: 10 })
        const [wire, sealed, out]: [{ to: Peer; message: Buffer }[], Set<string>, string[]] = [[], new Set(), []]
        const put = (message: Buffer | undefined, to: Peer): void => {
          if (!message) return
          // Direction, session and counter: the same twice would be the same nonce under the same key.
          const header = `${to === a} ${message.toString('hex', 0, 16)}`
          if (message[0] === 4 && sealed.has(header)) throw new Error('a nonce was used twice')
          sealed.add(header)
          wire.push({ to, message })
        }
        const receive = ({ to, message }: { to: Peer; message: Buffer }): void => {
          const packet = to.unseal(message)
          if (packet && packet.length > 0) out.push(`${to === a} ${packet}`)
          const greeted = packet ? undefined : to.greeted(message)
          if (greeted) put(greeted.reply, to === a ? b : a)
        }
        for (const [index, { kind, side, pick, wait }] of actions.entries()) {
          time.now += wait
          const [from, to] = side ? [a, b] : [b, a]
          const at = pick % (wire.length || 1)
          const message = wire[at]
          if (kind === 'data') put(from.seal(Buffer.from(`${index}`)), to)
          else if (kind === 'due') put(from.due(), to)
          else if (message && kind === 'forge') {
            const forged = Buffer.from(message.message)
            forged[pick % forged.length] = (forged[pick % forged.length] ?? 0) ^ 1
            const session = message.to.session
            if (message.to.unseal(forged) ?? message.to.greeted(forged)) throw new Error('a forged message was taken')
            if (message.to.session !== session) throw new Error('a forged message changed something')
          } else if (message) {
            if (kind !== 'repeat') wire.splice(at, 1)
            if (kind !== 'drop') receive(message)
          }
        }
        if (new Set(out).size !== out.length) return false
        // And whatever came before, they find each other again.
        for (let round = 0; round < 20; round++) {
          time.now += 600
          carry(a.due(), b)
          carry(b.due(), a)
        }
        return carry(a.seal(Buffer.from('x')), b)?.length === 1 && carry(b.seal(Buffer.from('x')), a)?.length === 1
      }),
      { numRuns: 60 },
    ),
  )
})

test('only sources that lie behind the tunnel are let in', (t) => {
  const configuration = {
    device: 'tun0',
    port: 1,
    mark: 1,
    addresses: ['10.9.0.1/30'],
    remote: ['192.0.2.0/25', 'fd00::/9'],
  }
  const letsIn = sourcesBehind(configuration)
  const from4 = (...source: number[]) => letsIn(Uint8Array.from([0x45, ...new Uint8Array(11), ...source, 0, 0, 0, 0]))
  t.deepEqual(
    [from4(10, 9, 0, 3), from4(10, 9, 0, 4), from4(192, 0, 2, 127), from4(192, 0, 2, 128)],
    [true, false, true, false],
  )
  const from6 = (...start: number[]) =>
    letsIn(Uint8Array.from([0x60, ...new Uint8Array(7), ...start, ...Array(30).fill(0)]))
  t.deepEqual([from6(0xfd, 0x7f), from6(0xfd, 0x80)], [true, false])
  t.false(letsIn(new Uint8Array()))
  t.true(sourcesBehind({ ...configuration, remote: 'all' })(new Uint8Array(20)))
})

test('on a line that keeps the order no packet is lost, also where both sides ask for new keys at once', (t) => {
  const action = fc.record({ kind: fc.constantFrom('data', 'data', 'due', 'deliver', 'deliver'), side: fc.boolean() })
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.array(action, { minLength: 100, maxLength: 300 }), (actions) => {
        const { a, b, time, carry } = twoPeers({ rekeyAfterPackets: 5 })
        carry(a.due(), b)
        const lines = new Map<Peer, Buffer[]>([a, b].map((to) => [to, []]))
        const [sent, out]: [string[], string[]] = [[], []]
        const put = (message: Buffer | undefined, to: Peer): void => {
          if (message) lines.get(to)?.push(message)
        }
        const deliver = (to: Peer): void => {
          const message = lines.get(to)?.shift()
          if (!message) return
          const packet = to.unseal(message)
          if (packet && packet.length > 0) out.push(String(packet))
          const greeted = packet ? undefined : to.greeted(message)
          if (greeted) put(greeted.reply, to === a ? b : a)
        }
        for (const [index, { kind, side }] of actions.entries()) {
          time.now += 10
          const [from, to] = side ? [a, b] : [b, a]
          if (kind === 'deliver') deliver(to)
          else if (kind === 'due') put(from.due(), to)
          else {
            sent.push(`${index}`)
            put(from.seal(Buffer.from(`${index}`)), to)
          }
        }
        while ([...lines.values()].some((line) => line.length > 0)) for (const to of [a, b]) deliver(to)
        return [...sent].sort().join() === out.sort().join()
      }),
      { numRuns: 100, endOnFailure: true },
    ),
  )
})
