import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { NetworkError } from '../../src/error.js'
import { withoutNames } from '../../src/netlink/codec.js'
import { Connection } from '../../src/netlink/connection.js'
import { buildMessage, type NetlinkMessage, NLM_F_ECHO, type ReceivedMessage } from '../../src/netlink/message.js'
import { Monitor, type MonitorEvent } from '../../src/netlink/monitor.js'
import { RTM_GETLINK, RTNLGRP_LINK } from '../../src/rtnetlink/constants.js'
import { decodeLink } from '../../src/rtnetlink/decodeLink.js'
import { decodeRoute } from '../../src/rtnetlink/decodeRoute.js'
import { linkLayout } from '../../src/rtnetlink/linkAttributes.js'
import { deleteLink, dumpLinks, getLink, newLink, setLink } from '../../src/rtnetlink/linkMessages.js'
import { newRoute } from '../../src/rtnetlink/routeMessages.js'
import { arenaOf, kinds, Muted } from '../helpers/transports.js'

const nameOf = (message: ReceivedMessage): string => decodeLink(message.body).name
const bridge = (name: string): NetlinkMessage => newLink({ name, kind: 'bridge' })
const echoed = (message: NetlinkMessage): NetlinkMessage => ({ ...message, flags: message.flags | NLM_F_ECHO })
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof NetworkError ? error.code : String(error)),
  )

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000
  while (!condition() && performance.now() < deadline) await sleep(1)
}

for (const kind of kinds) {
  test.serial(`${kind}: a request is acknowledged when the kernel has done it`, async (t) => {
    const connection = new Connection(arenaOf(t, kind).open())
    await connection.request(bridge('br0'))
    const [link] = await connection.ask(getLink({ name: 'br0' }), (message) => decodeLink(message.body))
    t.is(link?.kind, 'bridge')
    t.deepEqual((await connection.dump(dumpLinks(), nameOf)).items, ['lo', 'br0'])
  })

  test.serial(`${kind}: an error has the kernel's code, text and attribute`, async (t) => {
    const connection = new Connection(arenaOf(t, kind).open())
    await connection.request(bridge('br0'))
    const exists = await t.throwsAsync(connection.request(bridge('br0')), { instanceOf: NetworkError })
    t.is(exists?.code, 'EEXIST')
    t.is(exists?.errno, 17)
    const small = setLink({ name: 'br0' }, { mtu: 10 })
    const mtu = await t.throwsAsync(connection.request(small), { instanceOf: NetworkError })
    t.is(mtu?.message, 'link br0: set mtu: mtu less than device minimum (EINVAL)')
    t.is(mtu?.kernelMessage, 'mtu less than device minimum')
    const name = 'a-name-that-is-too-long'
    const long = await t.throwsAsync(connection.request(bridge(name)), { instanceOf: NetworkError })
    t.is(long?.code, 'ERANGE')
    t.is(long?.attribute, 'name')
    t.is(long?.object, `link ${name}`)
  })

  test.serial(`${kind}: an error inside NLMSG_DONE fails the dump`, async (t) => {
    const connection = new Connection(arenaOf(t, kind).open())
    const message = buildMessage({
      layout: linkLayout,
      type: RTM_GETLINK,
      flags: 0,
      subject: 'links: list',
      header: { family: 0, type: 0, index: 0, flags: 1, change: 0 },
      context: withoutNames,
    })
    const error = await t.throwsAsync(connection.dump(message, nameOf), { instanceOf: NetworkError })
    t.is(error?.code, 'EINVAL')
    t.is(error?.kernelMessage, 'Invalid values in header for link dump request')
    t.deepEqual((await connection.dump(dumpLinks(), nameOf)).items, ['lo'], 'the socket works on')
  })

  test.serial(`${kind}: a batch goes on after errors and tells which messages failed`, async (t) => {
    const connection = new Connection(arenaOf(t, kind).open())
    const many = Array.from({ length: 300 }, () => setLink({ name: 'br1' }, { txQueueLength: 7 }))
    const { errors } = await connection.batch([
      bridge('br0'),
      bridge('br0'),
      bridge('br1'),
      setLink({ name: 'none' }, { mtu: 1400 }),
      ...many,
      deleteLink({ name: 'none' }),
      deleteLink({ name: 'br0' }),
    ])
    const found = [...errors].map(([index, error]) => [index, error.code, error.object])
    t.deepEqual(found, [
      [1, 'EEXIST', 'link br0'],
      [3, 'ENODEV', 'link none'],
      [304, 'ENODEV', 'link none'],
    ])
    t.deepEqual((await connection.dump(dumpLinks(), nameOf)).items, ['lo', 'br1'])
    t.is((await connection.batch([])).errors.size, 0)
  })

  test.serial(`${kind}: more failures than the receive buffer holds answers are all told`, async (t) => {
    const connection = new Connection(arenaOf(t, kind).open({ receiveBuffer: 64 << 10 }))
    const messages = Array.from({ length: 3000 }, (_, index) => deleteLink({ name: `none${index}` }))
    const { errors } = await connection.batch(messages)
    t.is(errors.size, 3000)
    t.is(errors.get(2999)?.object, 'link none2999')
  })

  test.serial(`${kind}: an echo returns what was made`, async (t) => {
    const connection = new Connection(arenaOf(t, kind).open())
    // Of links, kernels before 6.2 return none.
    const route = newRoute({ to: '10.0.0.0/8', type: 'blackhole' })
    const routes = await connection.ask(echoed(route), (message) => decodeRoute(message.body))
    t.like(routes, [{ to: '10.0.0.0/8', type: 'blackhole', table: 254 }])
    t.is(routes.length, 1)
  })

  test.serial(`${kind}: concurrent requests and dumps wait for each other`, async (t) => {
    const connection = new Connection(arenaOf(t, kind).open())
    const works: Promise<unknown>[] = []
    for (let index = 0; index < 30; index++) {
      works.push(connection.request(bridge(`br${index}`)))
      works.push(connection.dump(dumpLinks(), nameOf))
    }
    const results = await Promise.all(works)
    const last = results.at(-1)
    t.is(typeof last === 'object' && last && 'items' in last && Array.isArray(last.items) && last.items.length, 31)
  })

  test.serial(`${kind}: silence is a timeout, and the next request works`, async (t) => {
    const { open } = arenaOf(t, kind)
    const transport = new Muted(open())
    const connection = new Connection(transport)
    t.is(await codeOf(connection.request(bridge('br0'), { timeout: 30 })), 'TIMEOUT')
    t.is(await codeOf(connection.dump(dumpLinks(), nameOf, { timeout: 30 })), 'TIMEOUT')
    const working = new Connection(transport.inner)
    t.is(await codeOf(working.request(bridge('br0'), { timeout: Number.POSITIVE_INFINITY })), 'no error')
  })

  test.serial(`${kind}: a request whose signal has fired is not sent`, async (t) => {
    const connection = new Connection(arenaOf(t, kind).open())
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    const error = await t.throwsAsync(connection.request(bridge('br0'), { signal }), { instanceOf: NetworkError })
    t.is(error?.code, 'ABORTED')
    t.is(error?.cause, reason)
    t.is(await codeOf(connection.dump(dumpLinks(), nameOf, { signal })), 'ABORTED')
    t.is(await codeOf(connection.batch([bridge('br0')], { signal })), 'ABORTED')
    t.deepEqual((await connection.dump(dumpLinks(), nameOf)).items, ['lo'])
  })

  test.serial(`${kind}: a signal ends the wait for an answer and for the turn`, async (t) => {
    const transport = new Muted(arenaOf(t, kind).open())
    const connection = new Connection(transport)
    const first = new AbortController()
    const second = new AbortController()
    const waiting = codeOf(connection.request(bridge('br0'), { signal: first.signal }))
    const queued = codeOf(connection.request(bridge('br1'), { signal: second.signal }))
    while (transport.sent === 0) await sleep(1)
    second.abort()
    t.is(await queued, 'ABORTED')
    t.is(transport.sent, 1)
    first.abort()
    t.is(await waiting, 'ABORTED')
  })

  test.serial(`${kind}: close settles everything that is pending`, async (t) => {
    const connection = new Connection(new Muted(arenaOf(t, kind).open()))
    const works = [
      connection.request(bridge('br0')),
      connection.dump(dumpLinks(), nameOf),
      connection.batch([bridge('br1')]),
      connection.ask(getLink({ name: 'lo' }), nameOf),
    ].map(codeOf)
    await sleep(10)
    connection.close()
    connection.close()
    t.true(connection.closed)
    t.deepEqual(await Promise.all(works), ['CLOSED', 'CLOSED', 'CLOSED', 'CLOSED'])
    t.is(await codeOf(connection.request(bridge('br0'))), 'CLOSED')
  })

  test.serial(`${kind}: a closed transport refuses, and a second close does nothing`, async (t) => {
    const transport = arenaOf(t, kind).open()
    transport.close()
    transport.close()
    await sleep(5)
    transport.close()
    t.throws(() => transport.send(dumpLinks().bytes), { code: 'CLOSED' })
    t.throws(() => transport.receive(), { code: 'CLOSED' })
    t.throws(() => transport.join(1), { code: 'CLOSED' })
    t.throws(() => transport.leave(1), { code: 'CLOSED' })
    await t.notThrowsAsync(transport.readable())
  })

  test.serial(`${kind}: a monitor tells of changes until it is closed`, async (t) => {
    const { open, change } = arenaOf(t, kind)
    const monitor = new Monitor(open(), [RTNLGRP_LINK], nameOf)
    const events: MonitorEvent<string>[] = []
    const listening = (async () => {
      for await (const event of monitor) {
        events.push(event)
        if (events.length === 2) break
      }
      for await (const event of monitor) events.push(event)
    })()
    const names = () => [...new Set(events.map((event) => (event.kind === 'change' ? event.change : event.kind)))]
    change(bridge('br0'))
    await until(() => names().includes('br0'))
    change(bridge('br1'))
    change(bridge('br2'))
    await until(() => names().includes('br2'))
    monitor.close()
    await listening
    t.deepEqual(names(), ['br0', 'br1', 'br2'])
  })

  test.serial(`${kind}: an overrun of the monitor is an event, and the monitor goes on`, async (t) => {
    const { open, change } = arenaOf(t, kind)
    change(bridge('br0'))
    const monitor = new Monitor(open({ receiveBuffer: 8 << 10 }), [RTNLGRP_LINK], nameOf)
    let overruns = 0
    let last = ''
    const listening = (async () => {
      for await (const event of monitor) {
        if (event.kind === 'overrun') overruns++
        else last = event.change
        if (last === 'after') break
      }
    })()
    for (let round = 1; round <= 3; round++) {
      for (let mtu = 0; mtu < 100; mtu++) change(setLink({ name: 'br0' }, { mtu: 1000 + mtu }))
      await until(() => overruns >= round)
      await sleep(20)
      t.is(overruns, round)
    }
    t.is(last, 'br0')
    change(bridge('after'))
    await until(() => last === 'after')
    t.is(last, 'after')
    monitor.close()
    await listening
  })

  test.serial(`${kind}: leaving a group ends its notifications`, async (t) => {
    const { open, change } = arenaOf(t, kind)
    const transport = open()
    transport.join(RTNLGRP_LINK)
    transport.leave(RTNLGRP_LINK)
    change(bridge('br0'))
    await sleep(10)
    t.is(transport.receive().kind, 'empty')
  })

  test.serial(`${kind}: a dump that was given up does not stand in the way of the next`, async (t) => {
    const { open, change } = arenaOf(t, kind)
    for (let index = 0; index < 100; index++) change(bridge(`br${index}`))
    const connection = new Connection(open())
    for (let round = 0; round < 3; round++) {
      const given = new AbortController()
      const stopAtOnce = (message: ReceivedMessage): string => {
        given.abort()
        return nameOf(message)
      }
      t.is(await codeOf(connection.dump(dumpLinks(), stopAtOnce, { signal: given.signal })), 'ABORTED')
      t.is((await connection.dump(dumpLinks(), nameOf)).items.length, 101)
    }
  })

  test.serial(`${kind}: an exception of the decoder rejects that dump alone`, async (t) => {
    const connection = new Connection(arenaOf(t, kind).open())
    const broken = (): string => {
      throw new TypeError('broken decoder')
    }
    await t.throwsAsync(connection.dump(dumpLinks(), broken), { instanceOf: TypeError })
    t.is((await connection.dump(dumpLinks(), nameOf)).items.length, 1)
  })

  test.serial(`${kind}: requests without a pause let the event loop turn`, async (t) => {
    const connection = new Connection(arenaOf(t, kind).open())
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    for (let index = 0; index < 2000; index++) await connection.ask(getLink({ name: 'lo' }), nameOf)
    clearInterval(timer)
    t.true(turns > 1, `${turns} turns`)
  })
}
