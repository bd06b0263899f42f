import test from 'ava'
import { NetworkError } from '../../src/error.js'
import { Connection } from '../../src/netlink/connection.js'
import { type NetlinkMessage, NLM_F_ECHO, type ReceivedMessage } from '../../src/netlink/message.js'
import { Monitor } from '../../src/netlink/monitor.js'
import { RTM_GETLINK, RTNLGRP_LINK } from '../../src/rtnetlink/constants.js'
import { decodeLink } from '../../src/rtnetlink/decodeLink.js'
import { dumpLinks, newLink, setLink } from '../../src/rtnetlink/linkMessages.js'
import { FakeKernel } from '../../src/testing/index.js'

const nameOf = (message: ReceivedMessage): string => decodeLink(message.body).name
const bridge = (name: string): NetlinkMessage => newLink({ name, kind: 'bridge' })

function kernelWith(count: number): { kernel: FakeKernel; connection: Connection } {
  const kernel = new FakeKernel()
  for (let index = 0; index < count; index++) kernel.execute(bridge(`br${index}`))
  return { kernel, connection: new Connection(kernel.transport()) }
}

test('an interrupted dump is repeated until it is consistent', async (t) => {
  const { kernel, connection } = kernelWith(20)
  kernel.faults.interruptDumps(3, 2)
  const { items, consistent } = await connection.dump(dumpLinks(), nameOf)
  t.true(consistent)
  t.is(items.length, 21)
  t.is(kernel.requestCounts.get(RTM_GETLINK), 4)
})

test('a dump that stays interrupted gives its last items, marked as inconsistent', async (t) => {
  const { kernel, connection } = kernelWith(20)
  kernel.faults.interruptDumps(100)
  const { items, consistent } = await connection.dump(dumpLinks(), nameOf)
  t.false(consistent)
  t.is(items.length, 21)
  t.is(kernel.requestCounts.get(RTM_GETLINK), 10)
})

test('a flag on NLMSG_DONE alone counts as an interruption', async (t) => {
  const { kernel, connection } = kernelWith(0)
  kernel.faults.interruptDumps(1, 99)
  t.true((await connection.dump(dumpLinks(), nameOf)).consistent)
  t.is(kernel.requestCounts.get(RTM_GETLINK), 2)
})

test('a change in the middle of a dump interrupts it, as in Linux', async (t) => {
  const { kernel, connection } = kernelWith(20)
  kernel.faults.duringDump(() => kernel.execute(bridge('late')))
  const { items, consistent } = await connection.dump(dumpLinks(), nameOf)
  t.true(consistent)
  t.true(items.includes('late'))
})

test('a notification in the middle of a dump is none of its items', async (t) => {
  const { kernel } = kernelWith(20)
  const transport = kernel.transport()
  transport.join(RTNLGRP_LINK)
  const connection = new Connection(transport)
  kernel.faults.duringDump(() => kernel.execute(setLink({ name: 'br3' }, { mtu: 1400 })))
  const { items } = await connection.dump(dumpLinks(), nameOf)
  t.is(items.filter((name) => name === 'br3').length, 1)
  t.is(items.length, 21)
})

test('an error inside NLMSG_DONE has its text', async (t) => {
  const { kernel, connection } = kernelWith(2)
  kernel.faults.failDumps('ENOMEM', 'out of it')
  const error = await t.throwsAsync(connection.dump(dumpLinks(), nameOf), { instanceOf: NetworkError })
  t.is(error?.message, 'links: list: out of it (ENOMEM)')
  t.is((await connection.dump(dumpLinks(), nameOf)).items.length, 3)
})

test('a lost answer is the error OVERRUN, and the connection works on', async (t) => {
  const { kernel, connection } = kernelWith(0)
  kernel.faults.overrunAnswers(1)
  await t.throwsAsync(connection.request(bridge('br0')), { code: 'OVERRUN' })
  await t.throwsAsync(connection.request(bridge('br0')), { code: 'EEXIST' }, 'it had been done')
})

test('forged and stray answers are skipped', async (t) => {
  const { kernel, connection } = kernelWith(0)
  kernel.faults.forgeAnswers(3).strayAnswers(3)
  await t.notThrowsAsync(connection.request(bridge('br0')))
  t.deepEqual((await connection.dump(dumpLinks(), nameOf)).items, ['lo', 'br0'])
  await t.throwsAsync(connection.request(bridge('br0')), { code: 'EEXIST' })
})

test('a truncated answer is an error, never half an object', async (t) => {
  const { kernel, connection } = kernelWith(0)
  kernel.faults.truncateAnswers(1)
  await t.throwsAsync(connection.request(bridge('br0')), { code: 'EMSGSIZE' })
  t.is((await connection.dump(dumpLinks(), nameOf)).items.length, 2)
})

test('silence is a timeout', async (t) => {
  const { kernel, connection } = kernelWith(0)
  kernel.faults.silence(2)
  await t.throwsAsync(connection.request(bridge('br0'), { timeout: 20 }), { code: 'TIMEOUT' })
  await t.throwsAsync(connection.dump(dumpLinks(), nameOf, { timeout: 20 }), { code: 'TIMEOUT' })
  t.is((await connection.dump(dumpLinks(), nameOf)).items.length, 2, 'the request had been done')
})

test('the k-th change fails and is not done', async (t) => {
  const { kernel, connection } = kernelWith(0)
  kernel.faults.failChange(2, 'ENOBUFS', 'as asked')
  const { errors } = await connection.batch([bridge('br0'), bridge('br1'), bridge('br2')])
  t.deepEqual([...errors.keys()], [1])
  t.is(errors.get(1)?.kernelMessage, 'as asked')
  t.deepEqual((await connection.dump(dumpLinks(), nameOf)).items, ['lo', 'br0', 'br2'])
})

test('an echo that comes after the acknowledgement is taken', async (t) => {
  const { kernel, connection } = kernelWith(0)
  kernel.faults.acknowledgeBeforeEcho()
  const message = bridge('br0')
  t.deepEqual(await connection.ask({ ...message, flags: message.flags | NLM_F_ECHO }, nameOf), ['br0'])
})

test('notifications that were lost are an overrun for all who listen', async (t) => {
  const { kernel } = kernelWith(0)
  const monitors = [1, 2].map(() => new Monitor(kernel.transport(), [RTNLGRP_LINK], nameOf))
  kernel.faults.overrunNotifications()
  kernel.execute(bridge('br0'))
  kernel.execute(bridge('br1'))
  for (const monitor of monitors) {
    const events: string[] = []
    for await (const event of monitor) {
      events.push(event.kind === 'change' ? event.change : event.kind)
      if (events.length === 2) break
    }
    // What the socket holds is told first: until it is empty, Linux may lose more without a word.
    t.deepEqual(events, ['br1', 'overrun'])
  }
})
