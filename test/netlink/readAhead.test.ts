// A dump that is so long that another thread goes on with it, and requests that another thread sends.
import { createHash } from 'node:crypto'
import test, { type ExecutionContext } from 'ava'
import { Connection } from '../../src/netlink/connection.js'
import type { ReceivedMessage } from '../../src/netlink/message.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import { dumpRoutes } from '../../src/rtnetlink/routeMessages.js'
import { openDescriptors } from '../helpers/descriptors.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'

const routeCount = 60_000

/** A namespace with so many routes that their dump is some hundred datagrams. @param next where they go */
function stage(t: ExecutionContext, next = 'dev br0', count = routeCount): TestNamespace {
  const namespace = testNamespace(t)
  namespace.sh('ip link add br0 type bridge && ip link set br0 up && ip address add 10.0.0.1/24 dev br0')
  const line = `printf "route add 20.%d.%d.0/24 ${next}\\n", i / 256, i % 256`
  namespace.sh(`awk 'BEGIN { for (i = 0; i < ${count}; i++) ${line} }' | ip -batch -`)
  return namespace
}

/** Counts how often it was asked to read ahead, and what came of it. */
class Counting extends FfiTransport {
  asked = 0
  override readAhead(): void {
    this.asked++
    super.readAhead()
  }
}

const bytesOf = (message: ReceivedMessage): string => Buffer.from(message.body.copy()).toString('hex')
const digestOf = (message: ReceivedMessage): string => createHash('sha1').update(message.body.copy()).digest('base64')

/** Nexthops that make a route twenty times as long, so that the dump of a third of them is some hundred datagrams, too. */
const manyNexthops = Array.from({ length: 60 }, (_, index) => `nexthop via 10.0.0.${index + 2} dev br0`).join(' ')

for (const [length, next, count] of [
  ['long', 'dev br0', routeCount],
  ['long-winded', manyNexthops, routeCount / 3],
] as const) {
  test.serial(`a ${length} dump gives the same, in the same order, whether it is read ahead or not`, async (t) => {
    const namespace = stage(t, next, count)
    const dump = async (transport: FfiTransport): Promise<string[]> => {
      const connection = new Connection(transport)
      const { items, consistent } = await connection.dump(dumpRoutes({ family: 'inet' }), digestOf)
      connection.close()
      t.true(consistent)
      return items
    }
    const ahead = new Counting({ namespaceFd: namespace.fd })
    const plain = Object.assign(new FfiTransport({ namespaceFd: namespace.fd }), { readAhead: undefined })
    const [one, other] = [await dump(ahead), await dump(plain)]
    t.true(ahead.asked > 50, `asked ${ahead.asked} times`)
    t.true(one.length > count)
    t.deepEqual(one, other)
  })
}

test.serial('what is closed or given up amid a long dump leaves no descriptor and disturbs nothing', async (t) => {
  const namespace = stage(t)
  const before = openDescriptors()
  for (let round = 0; round < 20; round++) {
    const transport = new FfiTransport({ namespaceFd: namespace.fd })
    const connection = new Connection(transport)
    let seen = 0
    const given = new AbortController()
    const error = await t.throwsAsync(
      connection.dump(
        dumpRoutes({ family: 'inet' }),
        () => {
          if (++seen !== 20_000 + round * 700) return undefined
          if (round % 2 === 0) connection.close()
          else given.abort()
          return undefined
        },
        { signal: given.signal },
      ),
    )
    t.like(error, { code: round % 2 === 0 ? 'CLOSED' : 'ABORTED' })
    if (round % 2 === 0) continue
    const { items } = await connection.dump(dumpRoutes({ family: 'inet' }), bytesOf)
    t.true(items.length > routeCount, `${items.length}`)
    connection.close()
  }
  // A descriptor that another thread has is closed once its call is over.
  for (let turn = 0; turn < 100 && openDescriptors() > before; turn++) await new Promise((done) => setTimeout(done, 10))
  t.is(openDescriptors(), before)
})

test.serial('an error of what another thread sends names what failed', async (t) => {
  const namespace = testNamespace(t)
  const transport = new FfiTransport({ namespaceFd: namespace.fd })
  t.teardown(() => transport.close())
  const error = await t.throwsAsync(transport.sendAside(new Uint8Array(0)))
  t.is(error?.message, 'send 0 bytes to the kernel: No data available (ENODATA)')
})

test.serial(
  'a datagram that is larger than the send buffer makes room for itself on the other thread, too',
  async (t) => {
    const namespace = testNamespace(t)
    const transport = new FfiTransport({ namespaceFd: namespace.fd })
    t.teardown(() => transport.close())
    await t.notThrowsAsync(transport.sendAside(new Uint8Array(1 << 22)))
  },
)
