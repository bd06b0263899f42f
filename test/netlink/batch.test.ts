import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { Connection } from '../../src/netlink/connection.js'
import { messagesOf, NLMSG_ERROR } from '../../src/netlink/message.js'
import type { Received, Transport } from '../../src/netlink/transports/transport.js'
import { setLink } from '../../src/rtnetlink/linkMessages.js'
import { isSlowMachine } from '../helpers/patience.js'

const portId = 1

/** The acknowledgement that a request with this number was done. */
function acknowledgement(sequence: number): Received {
  const words = new Uint32Array([36, NLMSG_ERROR, sequence, portId, 0, 16, 0, sequence, portId])
  return {
    kind: 'datagram',
    datagram: { bytes: new Uint8Array(words.buffer), senderPortId: 0, truncated: false },
  }
}

/** How many messages each send of a batch has, where the kernel takes its time for each. */
async function sendsOf(count: number, millisecondsAMessage: number): Promise<number[]> {
  const sends: number[] = []
  const answers: Received[] = []
  const transport: Transport = {
    portId,
    answerCapacity: 10_000,
    closed: false,
    send(datagram) {
      const sequences = Array.from(messagesOf(datagram), ({ sequence }) => sequence)
      sends.push(sequences.length)
      answers.push(acknowledgement(sequences.at(-1) ?? 0))
    },
    async sendAside(datagram) {
      transport.send(datagram)
      if (millisecondsAMessage > 0) await sleep((sends.at(-1) ?? 0) * millisecondsAMessage)
    },
    receive: () => answers.shift() ?? { kind: 'empty' },
    readable: () => Promise.resolve(),
    join: () => undefined,
    leave: () => undefined,
    close: () => undefined,
  }
  const messages = Array.from({ length: count }, (_, index) => setLink({ index }, { up: true }))
  await new Connection(transport).batch(messages)
  return sends
}

test('a kernel that takes long for each message is given few at once', async (t) => {
  const sends = await sendsOf(200, 1)
  t.true(sends.length > 10, `${sends}`)
})

test('one that takes no time is given more and more', async (t) => {
  const sends = await sendsOf(3000, 0)
  // Under emulation nothing takes no time.
  if (!isSlowMachine) t.true(sends.length < 60, `${sends}`)
  t.true(Math.max(...sends) > 100, `${sends}`)
})
