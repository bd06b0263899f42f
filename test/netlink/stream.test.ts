// A stream of messages, over one socket or several.
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { NetworkError } from '../../src/error.js'
import { littleEndian, type Payload } from '../../src/netlink/bytes.js'
import { Connection } from '../../src/netlink/connection.js'
import { headerSize, messagesOf, type NetlinkMessage, NLM_F_ACK, NLMSG_ERROR } from '../../src/netlink/message.js'
import { SocketTrial } from '../../src/netlink/socketTrial.js'
import type { MessageStream, Written } from '../../src/netlink/stream.js'
import type { Received, Transport } from '../../src/netlink/transports/transport.js'

const size = headerSize + 4
const type = 24

/** Items are numbers, each a message that bears it. */
class Numbers implements MessageStream {
  readonly subject = 'numbers'
  readonly count: number
  readonly #most: number

  /** @param most how many go into one datagram */
  constructor(count: number, most = 10) {
    this.count = count
    this.#most = most
  }

  isHarmless({ code }: NetworkError): boolean {
    return code === 'ESRCH'
  }

  messageOf(item: number): NetlinkMessage {
    return { type, flags: 0, bytes: new Uint8Array(size), subject: `number ${item}`, locate: () => undefined }
  }

  write(view: DataView, item: number, sequence: number, most: number, flags: number, itemOf: Uint32Array): Written {
    const next = Math.min(this.count, item + Math.min(most, this.#most))
    for (let number = item; number < next; number++) {
      const at = (number - item) * size
      view.setUint32(at, size, littleEndian)
      view.setUint16(at + 4, type, littleEndian)
      view.setUint16(at + 6, flags, littleEndian)
      view.setUint32(at + 8, sequence + number - item, littleEndian)
      view.setUint32(at + headerSize, number, littleEndian)
      itemOf[number - item] = number
    }
    const messages = next - item
    return { bytes: messages * size, messages, next, last: (messages - 1) * size }
  }
}

/** A kernel that takes a while for each datagram, and of which a test can say what it thinks of a number. */
class Socket implements Transport {
  readonly portId: number
  readonly answerCapacity = 100
  closed = false
  readonly done: number[] = []
  /** What `sendAside` throws at the datagram with this number in it. */
  breaksAt = -1
  /** The number whose datagram takes longer. */
  slowAt = -1
  underWay = 0
  readonly #pause: number
  readonly #errnoOf: (number: number) => number
  readonly #answers: Uint8Array[] = []

  constructor(portId: number, pause: number, errnoOf: (number: number) => number = () => 0) {
    this.portId = portId
    this.#pause = pause
    this.#errnoOf = errnoOf
  }

  send(): void {
    throw new TypeError('a stream is sent aside')
  }

  async sendAside(datagram: Uint8Array): Promise<void> {
    const copy = datagram.slice()
    const isSlow = [...messagesOf(copy)].some(({ body }) => numberIn(body) === this.slowAt)
    this.underWay++
    await sleep(isSlow ? this.#pause * 4 : this.#pause)
    this.underWay--
    for (const { body, flags, sequence } of messagesOf(copy)) {
      const number = numberIn(body)
      if (number === this.breaksAt) throw new NetworkError('ENOBUFS', 'the socket broke')
      const errno = this.#errnoOf(number)
      if (errno === 0) this.done.push(number)
      if (errno !== 0 || flags & NLM_F_ACK) this.#answers.push(answer(this.portId, sequence, errno))
    }
  }

  receive(): Received {
    const bytes = this.#answers.shift()
    return bytes ? { kind: 'datagram', datagram: { bytes, senderPortId: 0, truncated: false } } : { kind: 'empty' }
  }

  async readable(): Promise<void> {
    await sleep(1)
  }

  join(): void {}
  leave(): void {}
  close(): void {
    this.closed = true
  }
}

function numberIn({ view, start }: Payload): number {
  return view.getUint32(start, littleEndian)
}

function answer(portId: number, sequence: number, errno: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(headerSize + 4 + headerSize))
  view.setUint32(0, view.byteLength, littleEndian)
  view.setUint16(4, NLMSG_ERROR, littleEndian)
  view.setUint32(8, sequence, littleEndian)
  view.setUint32(12, portId, littleEndian)
  view.setInt32(headerSize, -errno, littleEndian)
  return new Uint8Array(view.buffer)
}

const numbers = (end: number): number[] => Array.from({ length: end }, (_, index) => index)
const sorted = (...parts: readonly number[][]): number[] => parts.flat().sort((a, b) => a - b)

test('two sockets share a stream: each sends a part of it, and all of it is sent once', async (t) => {
  const [one, other] = [new Socket(1, 1), new Socket(2, 2)]
  const told: number[] = []
  const options = { onProgress: (done: number) => told.push(done) }
  const failure = await new Connection(one).stream(new Numbers(503), options, [new Connection(other)])
  t.is(failure, undefined)
  t.deepEqual(sorted(one.done, other.done), numbers(503))
  t.true(one.done.length > 100 && other.done.length > 100, `${one.done.length} and ${other.done.length}`)
  t.is(told.at(-1), 503)
  t.deepEqual(told, sorted(told))
})

test('of what fails on both sockets the first is told, and no more is sent', async (t) => {
  const errnoOf = (number: number): number => (number === 100 || number === 110 ? 17 : 0)
  for (const slow of [100, 110]) {
    const sockets = [new Socket(1, 5, errnoOf), new Socket(2, 5, errnoOf)] as const
    for (const socket of sockets) socket.slowAt = slow
    const [one, other] = sockets
    const failure = await new Connection(one).stream(new Numbers(1000), {}, [new Connection(other)])
    t.is(failure?.item, 100)
    t.like(failure?.error, { code: 'EEXIST', object: 'number 100' })
    t.true(one.done.length + other.done.length < 150, `${one.done.length} and ${other.done.length}`)
    t.false(one.done.includes(100) || other.done.includes(100))
    t.true(one.done.includes(109) || other.done.includes(109), 'both were on their way')
    t.true(one.done.includes(119) || other.done.includes(119), 'both were on their way')
  }
})

test('an error that means nothing stops neither socket', async (t) => {
  const errnoOf = (number: number): number => (number % 7 === 0 ? 3 : 0)
  const [one, other] = [new Socket(1, 1, errnoOf), new Socket(2, 1, errnoOf)]
  t.is(await new Connection(one).stream(new Numbers(200), {}, [new Connection(other)]), undefined)
  t.deepEqual(
    sorted(one.done, other.done),
    numbers(200).filter((number) => number % 7 !== 0),
  )
})

test('when one socket breaks, what the other has on its way is done before that is told', async (t) => {
  for (const broken of [0, 1]) {
    const sockets = [new Socket(1, broken === 0 ? 1 : 20), new Socket(2, broken === 1 ? 1 : 20)] as const
    for (const socket of sockets) socket.breaksAt = broken === 0 ? 0 : 20
    const stream = new Connection(sockets[0]).stream(new Numbers(1000), {}, [new Connection(sockets[1])])
    await t.throwsAsync(stream, { message: 'the socket broke' })
    t.deepEqual(
      sockets.map(({ underWay }) => underWay),
      [0, 0],
    )
    t.is(sockets[0].done.length + sockets[1].done.length, 10)
  }
})

test('what is given up is sent no further by either socket', async (t) => {
  const [one, other] = [new Socket(1, 2), new Socket(2, 3)]
  const given = new AbortController()
  const onProgress = (done: number): void => {
    if (done >= 200) given.abort()
  }
  const stream = new Connection(one).stream(new Numbers(10_000), { signal: given.signal, onProgress }, [
    new Connection(other),
  ])
  await t.throwsAsync(stream, { code: 'ABORTED' })
  const count = one.done.length + other.done.length
  t.true(count >= 200 && count <= 230, `${count}`)
  t.is(one.underWay + other.underWay, 0)
})

test('other requests have their turn on both sockets meanwhile', async (t) => {
  const [one, other] = [new Socket(1, 1), new Socket(2, 1)]
  const [first, second] = [new Connection(one), new Connection(other)]
  let done = 0
  const whole = first.stream(new Numbers(1000), { onProgress: (part) => (done = part) }, [second])
  await second.stream(new Numbers(1))
  t.true(done < 100, `${done}`)
  await whole
  t.is(done, 1000)
})

/** A socket that counts the messages whose answers nobody has read. */
class Counting extends Socket {
  mostUnread = 0
  #unread = 0
  readonly #messages = new Map<number, number>()

  override sendAside(datagram: Uint8Array): Promise<void> {
    const sequences = [...messagesOf(datagram.slice())].map(({ sequence }) => sequence)
    this.#messages.set(sequences.at(-1) ?? 0, sequences.length)
    this.#unread += sequences.length
    this.mostUnread = Math.max(this.mostUnread, this.#unread)
    return super.sendAside(datagram)
  }

  override receive(): Received {
    const received = super.receive()
    if (received.kind === 'datagram') {
      for (const { sequence } of messagesOf(received.datagram.bytes)) this.#unread -= this.#messages.get(sequence) ?? 0
    }
    return received
  }
}

test('while one socket and two are tried, all is sent once, and each has room for the answers', async (t) => {
  const [one, other] = [new Counting(1, 1), new Counting(2, 1)]
  const trial = new SocketTrial()
  t.is(await new Connection(one).stream(new Numbers(4000, 1000), { trial }, [new Connection(other)]), undefined)
  t.deepEqual(sorted(one.done, other.done), numbers(4000))
  t.true(other.done.length > 500, `${other.done.length}`)
  for (const { mostUnread, answerCapacity } of [one, other]) t.true(mostUnread <= answerCapacity, `${mostUnread}`)
})

test('the kernel has the next datagram already while the answer to one is read', async (t) => {
  const socket = new Socket(1, 5)
  const underWay: number[] = []
  const onProgress = (): void => void underWay.push(socket.underWay)
  t.is(await new Connection(socket).stream(new Numbers(50), { onProgress }), undefined)
  t.deepEqual(underWay, [1, 1, 1, 1, 0])
  t.deepEqual(socket.done, numbers(50))
})

test('one socket sends no more than one datagram behind that in which a message failed', async (t) => {
  for (const [failing, done] of [
    [[14], 29],
    [[14, 22], 28],
    [[22], 39],
    [[49], 49],
  ] as const) {
    const socket = new Socket(1, 2, (number) => (failing.some((one) => one === number) ? 17 : 0))
    const told: number[] = []
    const failure = await new Connection(socket).stream(new Numbers(50), { onProgress: (part) => told.push(part) })
    t.is(failure?.item, failing[0])
    t.like(failure?.error, { code: 'EEXIST', object: `number ${failing[0]}` })
    t.is(socket.done.length, done)
    t.is(told.at(-1), done + failing.length)
    t.is(socket.underWay, 0)
  }
})

test('what one socket has under way is done when it breaks or is given up', async (t) => {
  for (const breaksAt of [-1, 0, 10, 20]) {
    const socket = new Socket(1, 5)
    socket.breaksAt = breaksAt
    const given = new AbortController()
    const onProgress = (part: number): void => {
      if (part === 30) given.abort()
    }
    const stream = new Connection(socket).stream(new Numbers(1000), { signal: given.signal, onProgress })
    await t.throwsAsync(stream, breaksAt < 0 ? { code: 'ABORTED' } : { message: 'the socket broke' })
    t.is(socket.underWay, 0)
    t.is(socket.done.length, breaksAt < 0 ? 40 : breaksAt)
  }
})

test('what one socket has under way is done when a caller or a message throws', async (t) => {
  const onProgress = (): never => {
    throw new TypeError('no progress')
  }
  const told = new Socket(1, 5)
  await t.throwsAsync(new Connection(told).stream(new Numbers(1000), { onProgress }), { message: 'no progress' })
  t.is(told.underWay, 0)
  t.is(told.done.length, 20)
  class Unwritable extends Numbers {
    override write(...[view, item, ...others]: Parameters<Numbers['write']>): Written {
      if (item === 20) throw new RangeError('no such number')
      return super.write(view, item, ...others)
    }
  }
  const written = new Socket(1, 5)
  await t.throwsAsync(new Connection(written).stream(new Unwritable(1000)), { message: 'no such number' })
  t.is(written.underWay, 0)
  t.is(written.done.length, 20)
})

test('other requests have their turn on one socket meanwhile', async (t) => {
  const connection = new Connection(new Socket(1, 1))
  let done = 0
  const whole = connection.stream(new Numbers(1000), { onProgress: (part) => (done = part) })
  for (let count = 1; count <= 10; count++) {
    t.is(await connection.stream(new Numbers(1)), undefined)
    t.true(done <= 20 + count * 20, `${done}`)
  }
  await whole
  t.is(done, 1000)
})
