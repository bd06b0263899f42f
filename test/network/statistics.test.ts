import test from 'ava'
import { littleEndian, Payload } from '../../src/netlink/bytes.js'
import { withoutNames } from '../../src/netlink/codec.js'
import { linkStatistics, statisticsFields } from '../../src/rtnetlink/linkStatistics.js'
import { ok, openNetwork } from '../helpers/network.js'

test('what went through a link is what ip says', async (t) => {
  const { network, sh } = openNetwork(t)
  sh('ip neighbor replace 10.0.0.2 lladdr 02:00:00:00:00:09 dev v0 && ping -c 3 -i 0.1 -W 0.1 10.0.0.2 || true')
  // Until nothing goes through any more, such as what IPv6 sends of its own.
  const read = async () => ok(await network.links.list()).map(({ name, statistics }) => ({ name, statistics }))
  let before = await read()
  let shown = JSON.parse(sh('ip -s -s -j link'))
  let after = await read()
  for (let tries = 0; tries < 50 && JSON.stringify(before) !== JSON.stringify(after); tries++) {
    before = await read()
    shown = JSON.parse(sh('ip -s -s -j link'))
    after = await read()
  }
  for (const { name, statistics } of after) {
    const { rx, tx } = shown.find(({ ifname }: { ifname: string }) => ifname === name).stats64
    const { packets: rxPackets, bytes: rxBytes, errors: rxErrors, dropped: rxDropped, multicast } = rx
    const { packets: txPackets, bytes: txBytes, errors: txErrors, dropped: txDropped, collisions } = tx
    const { length_errors: rxLengthErrors, crc_errors: rxCrcErrors, missed_errors: rxMissedErrors } = rx
    const { aborted_errors: txAbortedErrors, carrier_errors: txCarrierErrors, fifo_errors: txFifoErrors } = tx
    t.like(statistics, {
      ...{ rxPackets, rxBytes, rxErrors, rxDropped, multicast, rxLengthErrors, rxCrcErrors },
      ...{ txPackets, txBytes, txErrors, txDropped, collisions, txAbortedErrors, txCarrierErrors, txFifoErrors },
    })
    t.is(statistics?.rxMissedErrors, rxMissedErrors ?? 0)
  }
  const v1 = after.find(({ name }) => name === 'v1')?.statistics
  t.true((v1?.rxPackets ?? 0) >= 3 && (v1?.rxBytes ?? 0) >= 3 * 98, JSON.stringify(v1))
})

test('each number is read from its place, above 32 bits, too, and what an older kernel does not tell is left out', (t) => {
  const bytes = new Uint8Array(24 * 8)
  const view = new DataView(bytes.buffer)
  for (let index = 0; index < 24; index++) view.setBigUint64(index * 8, BigInt(2 ** 40 + index), littleEndian)
  t.deepEqual(
    Object.entries(linkStatistics.decode(new Payload(bytes, view, 0, bytes.length), withoutNames)),
    statisticsFields.slice(0, 24).map((name, index) => [name, 2 ** 40 + index]),
  )
})
