import { spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { littleEndian } from '../../src/netlink/bytes.js'
import { Connection } from '../../src/netlink/connection.js'
import { messagesOf, type NetlinkMessage, NLM_F_DUMP_INTR, type ReceivedMessage } from '../../src/netlink/message.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import { NpmNetlinkTransport } from '../../src/netlink/transports/npmNetlink.js'
import { loadRawNetlinkSocket } from '../../src/netlink/transports/npmSocket.js'
import type { Received } from '../../src/netlink/transports/transport.js'
import { decodeLink } from '../../src/rtnetlink/decodeLink.js'
import { dumpLinks, getLink, newLink } from '../../src/rtnetlink/linkMessages.js'
import { errnoNumber } from '../../src/system/errno.js'
import { createAnonymousNamespace, inNamespace } from '../../src/system/namespace.js'
import { acknowledgement, KernelError } from '../../src/testing/fakeKernel/kernelMessage.js'
import { openDescriptors } from '../helpers/descriptors.js'
import { testNamespace } from '../helpers/namespace.js'
import { sendToPort, Wrapped } from '../helpers/transports.js'

const nameOf = (message: ReceivedMessage): string => decodeLink(message.body).name
const bridge = (name: string): NetlinkMessage => newLink({ name, kind: 'bridge' })
const opened = { ffi: FfiTransport, npm: NpmNetlinkTransport }

/** Another program answers every request first, with the right numbers, and refuses it. */
class Forged extends Wrapped {
  readonly outcomes: number[] = []
  readonly #namespaceFd: number

  constructor(inner: FfiTransport | NpmNetlinkTransport, namespaceFd: number) {
    super(inner)
    this.#namespaceFd = namespaceFd
  }

  override send(datagram: Uint8Array): void {
    for (const message of messagesOf(datagram)) {
      const answer = acknowledgement(message, this.portId, new KernelError('EPERM', 'forged'))
      this.outcomes.push(sendToPort(this.#namespaceFd, this.portId, answer))
    }
    super.send(datagram)
  }
}

for (const kind of ['ffi', 'npm'] as const) {
  test.serial(`${kind}: answers of other programs are not believed`, async (t) => {
    const { fd } = testNamespace(t)
    const transport = new Forged(new opened[kind]({ namespaceFd: fd }), fd)
    t.teardown(() => transport.close())
    const connection = new Connection(transport)
    await connection.request(bridge('br0'))
    t.deepEqual((await connection.dump(dumpLinks(), nameOf)).items, ['lo', 'br0'])
    // The kernel refuses on behalf of a connected socket; the package's socket is not connected and gets them all.
    const expected = kind === 'ffi' ? errnoNumber('ECONNREFUSED') : 0
    t.deepEqual([...new Set(transport.outcomes)], [expected])
  })

  test.serial(`${kind}: a socket stays in the namespace it was opened in`, async (t) => {
    const namespaces = [testNamespace(t), testNamespace(t)]
    const connections = namespaces.map(({ fd }) => new Connection(new opened[kind]({ namespaceFd: fd })))
    for (const [index, connection] of connections.entries()) {
      await connection.request(bridge(`br${index}`))
      t.teardown(() => connection.close())
    }
    for (const [index, connection] of connections.entries()) {
      t.deepEqual((await connection.dump(dumpLinks(), nameOf)).items, ['lo', `br${index}`])
      t.is(namespaces[index]?.ip('link', 'show', `br${index}`).length, 1)
    }
  })

  test.serial(`${kind}: dumps under churn are complete or say that they are not`, async (t) => {
    const { fd, path } = testNamespace(t)
    const transport = new Counting(new opened[kind]({ namespaceFd: fd }))
    const connection = new Connection(transport)
    t.teardown(() => connection.close())
    const names = Array.from({ length: 60 }, (_, index) => `br${index}`)
    await connection.batch(names.map(bridge))
    const loop = 'while :; do ip link add churn type veth peer name chum; ip link del churn; done'
    const churn = spawn('nsenter', [`--net=${path}`, '--', 'sh', '-c', loop], { stdio: 'ignore' })
    const ended = new Promise((resolve) => churn.on('close', resolve))
    let inconsistent = 0
    await sleep(50)
    for (let round = 0; round < 150; round++) {
      const { items, consistent } = await connection.dump(dumpLinks(), nameOf)
      if (!consistent) inconsistent++
      else
        t.true(
          names.every((name) => items.includes(name)),
          'a consistent dump has everything',
        )
      if (round % 10 === 0) await sleep(5)
    }
    churn.kill()
    await ended
    t.log(`${transport.interrupted} interrupted datagrams, ${inconsistent} of 150 dumps given up as inconsistent`)
    if (transport.interrupted === 0) t.log('no dump was interrupted: the retry was not put to the test here')
  })

  test.serial(`${kind}: 10,000 opens and closes leak no descriptor`, async (t) => {
    const fd = createAnonymousNamespace()
    t.teardown(() => closeSync(fd))
    // What the test before closed may not be closed yet.
    await sleep(20)
    const before = openDescriptors()
    for (let index = 0; index < 10_000; index++) {
      const transport = new opened[kind](index % 2 ? { namespaceFd: fd } : {})
      if (index % 100 === 0) {
        const connection = new Connection(transport)
        await connection.ask(getLink({ name: 'lo' }), nameOf)
        await transport.readable(AbortSignal.timeout(1))
      }
      transport.close()
      // The package's socket closes when the event loop turns.
      if (index % 50 === 0) await sleep(0)
    }
    await sleep(20)
    t.is(openDescriptors(), before)
  })

  test.serial(`${kind}: a failure to open leaks no descriptor`, async (t) => {
    await sleep(20)
    const before = openDescriptors()
    for (let index = 0; index < 50; index++) {
      t.throws(() => new opened[kind]({ protocol: 31 }), { code: 'EPROTONOSUPPORT' })
      t.throws(() => new opened[kind]({ namespaceFd: 0 }))
    }
    await sleep(20)
    t.is(openDescriptors(), before)
  })
}

class Counting extends Wrapped {
  interrupted = 0
  override receive(): Received {
    const received = super.receive()
    if (received.kind === 'datagram') {
      const { bytes } = received.datagram
      const flags = new DataView(bytes.buffer, bytes.byteOffset).getUint16(6, littleEndian)
      if (bytes.length >= 16 && flags & NLM_F_DUMP_INTR) this.interrupted++
    }
    return received
  }
}

test.serial('npm: a socket that the user holds can be taken over', async (t) => {
  const { fd } = testNamespace(t)
  const Socket = loadRawNetlinkSocket()
  // Two sockets at one port in two namespaces: the descriptor must be told by more than the port.
  const open = () => new Socket(0, { localPort: 4711, recvBufferSize: 0, sendBufferSize: 0 })
  const other = open()
  t.teardown(() => other.close())
  const socket = inNamespace(fd, open)
  const heard: number[] = []
  socket.on('message', (message) => heard.push(message.length))
  const connection = new Connection(new NpmNetlinkTransport({ socket }))
  await connection.request(bridge('br0'))
  const error = await t.throwsAsync(connection.request(bridge('br0')), { code: 'EEXIST' })
  t.truthy(error)
  t.is(heard.length, 2)
  t.deepEqual((await connection.dump(dumpLinks(), nameOf)).items, ['lo', 'br0'])
  connection.close()
  await sleep(5)
  t.throws(() => socket.address())
  t.is(other.address().port, 4711)
})

test.serial('npm: the owner who closes the socket settles what is pending', async (t) => {
  const Socket = loadRawNetlinkSocket()
  const socket = new Socket(0, { localPort: 0, recvBufferSize: 0, sendBufferSize: 0 })
  const transport = new NpmNetlinkTransport({ socket })
  const waiting = transport.readable()
  socket.close()
  await waiting
  t.true(transport.closed)
})
