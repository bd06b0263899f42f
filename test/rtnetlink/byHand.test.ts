import test, { type ExecutionContext } from 'ava'
import { FfiTransport } from '../../src/index.js'
import {
  type Acknowledgement,
  acknowledgementError,
  decodeDoneMessage,
  decodeErrorMessage,
  decodeLink,
  dumpLinks,
  messagesOf,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLMSG_DONE,
  NLMSG_ERROR,
  newRoute,
  stamped,
} from '../../src/rtnetlink/index.js'
import { testNamespace } from '../helpers/namespace.js'

/** Sends datagrams by nothing but what `linkwright/rtnetlink` has, and reads until as many requests are answered. */
async function exchange(
  t: ExecutionContext,
  datagram: Uint8Array,
  requests: number,
): Promise<{ said: Acknowledgement[]; names: string[] }> {
  const transport = new FfiTransport({ namespaceFd: testNamespace(t).fd })
  const said: Acknowledgement[] = []
  const names: string[] = []
  transport.send(datagram)
  while (said.length < requests) {
    const received = transport.receive()
    if (received.kind !== 'datagram') {
      await transport.readable(AbortSignal.timeout(1000))
      continue
    }
    for (const message of messagesOf(received.datagram.bytes)) {
      if (message.type === NLMSG_ERROR) said.push(decodeErrorMessage(message))
      else if (message.type === NLMSG_DONE) said.push(decodeDoneMessage(message))
      else names.push(decodeLink(message.body).name)
    }
  }
  transport.close()
  return { said, names }
}

test('a list is asked for by hand', async (t) => {
  const { said, names } = await exchange(t, stamped(dumpLinks(), 1, NLM_F_DUMP), 1)
  t.is(said[0]?.errno, 0)
  t.true(names.includes('lo'))
})

test('two messages in a datagram are answered each, the wrong one with what is wrong', async (t) => {
  const right = newRoute({ to: '192.0.2.0/24', type: 'blackhole', table: 4711 })
  const wrong = newRoute({ to: '198.51.100.0/24', via: '203.0.113.1', table: 4711 })
  const datagram = Buffer.concat([stamped(right, 1, NLM_F_ACK), stamped(wrong, 2, NLM_F_ACK)])
  const { said } = await exchange(t, datagram, 2)
  t.is(said[0]?.errno, 0)
  t.true(said[1] !== undefined && said[1].errno !== 0)
  if (said[1]) t.regex(acknowledgementError(said[1], wrong).message, /^route 198\.51\.100\.0\/24.*: create: /)
})
