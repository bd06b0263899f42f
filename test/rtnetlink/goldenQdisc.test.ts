import test from 'ava'
import type { Payload } from '../../src/netlink/bytes.js'
import { changeQdisc, deleteQdisc, newQdisc, replaceQdisc } from '../../src/rtnetlink/qdiscs/qdisc.js'
import { deleteTrafficClass, newTrafficClass, replaceTrafficClass } from '../../src/rtnetlink/qdiscs/trafficClass.js'
import { attributesOf, compareGolden, goldenContext, readGolden } from '../helpers/golden.js'

const headerSize = 20
const sizeOfNetem = 24
const dev = 'v0'

/** Options but for the tables of 1024 bytes, which no kernel reads once the link layer is told. */
function optionsOf(range: Payload): string[] {
  return attributesOf(range).filter((attribute) => !/^\d+: [0-9a-f]{2048}$/.test(attribute))
}

/** A struct with attributes behind it, but for the exact times, which tc leaves out. */
function netemOf(range: Payload): string[] {
  const behind = range.start + sizeOfNetem
  const attributes = attributesOf(range.slice(behind)).filter((attribute) => !/^1[01]: /.test(attribute))
  return [Buffer.from(range.slice(range.start, behind).copy()).toString('hex'), ...attributes]
}

test('qdiscs and classes are what tc sends, but for tables that no kernel reads', (t) => {
  const golden = readGolden('qdisc')
  const context = goldenContext(golden)
  const root = { dev, handle: '1:' }
  compareGolden(
    t,
    golden,
    {
      'qdisc add dev v0 root handle 1: tbf rate 100mbit burst 25000 limit 100000': newQdisc(
        { ...root, kind: 'tbf', rate: 100e6, burst: 25000, limit: 100_000 },
        context,
      ),
      'qdisc replace dev v0 root tbf rate 1gbit burst 625000 latency 50ms peakrate 1500mbit minburst 1500 overhead 24':
        replaceQdisc(
          {
            ...{ dev, kind: 'tbf', rate: 1e9, burst: 625_000, latency: 0.05, peakRate: 1.5e9 },
            ...{ minimumBurst: 1500, overhead: 24 },
          },
          context,
        ),
      'qdisc add dev v0 root handle 1: htb default 30': newQdisc({ ...root, kind: 'htb', default: '1:30' }, context),
      'qdisc add dev v0 root handle 1: htb default 1f r2q 5 direct_qlen 20': newQdisc(
        { ...root, kind: 'htb', default: '1:1f', rateToQuantum: 5, directQueueLength: 20 },
        context,
      ),
      'qdisc add dev v0 parent 1:10 handle 10: fq_codel limit 1000 target 5ms interval 100ms flows 512 quantum 1514 ce_threshold 2ms memory_limit 1048576 drop_batch 32 noecn':
        newQdisc(
          {
            ...{ dev, parent: '1:10', handle: '10:', kind: 'fq_codel', limit: 1000, target: 0.005, interval: 0.1 },
            ...{ flows: 512, quantum: 1514, ceThreshold: 0.002, memoryLimit: 2 ** 20, dropBatch: 32, ecn: false },
          },
          context,
        ),
      'qdisc add dev v0 root fq limit 1000 flow_limit 50 quantum 3000 initial_quantum 15000 maxrate 10mbit buckets 2048 refill_delay 50ms low_rate_threshold 1mbit ce_threshold 1ms timer_slack 20us horizon 5s horizon_cap orphan_mask 255 nopacing':
        newQdisc(
          {
            ...{ dev, kind: 'fq', limit: 1000, flowLimit: 50, quantum: 3000, initialQuantum: 15000, maximumRate: 10e6 },
            ...{ bucketsLog: 11, refillDelay: 0.05, lowRateThreshold: 1e6, ceThreshold: 0.001, timerSlack: 20e-6 },
            ...{ horizon: 5, horizonDrop: false, orphanMask: 255, pacing: false },
          },
          context,
        ),
      'qdisc add dev v0 root pfifo limit 100': newQdisc({ dev, kind: 'pfifo', limit: 100 }, context),
      'qdisc add dev v0 root bfifo limit 100000': newQdisc({ dev, kind: 'bfifo', limit: 100_000 }, context),
      'qdisc add dev v0 root pfifo': newQdisc({ dev, kind: 'pfifo' }, context),
      'qdisc add dev v0 root sfq perturb 10 quantum 3000 limit 100 flows 64 divisor 512': newQdisc(
        { dev, kind: 'sfq', perturb: 10, quantum: 3000, limit: 100, flows: 64, divisor: 512 },
        context,
      ),
      'qdisc add dev v0 clsact': newQdisc({ dev, kind: 'clsact' }, context),
      'qdisc add dev v0 ingress': newQdisc({ dev, kind: 'ingress' }, context),
      'qdisc delete dev v0 root': deleteQdisc({ dev }, context),
      'class add dev v0 parent 1: classid 1:10 htb rate 10mbit ceil 20mbit burst 15000 cburst 3000 prio 2 quantum 3000':
        newTrafficClass(
          { dev, id: '1:10', rate: 10e6, ceil: 20e6, burst: 15000, ceilBurst: 3000, priority: 2, quantum: 3000 },
          context,
        ),
      'class add dev v0 parent 1:10 classid 1:20 htb rate 40gbit burst 40000 cburst 40000': newTrafficClass(
        { dev, id: '1:20', parent: '1:10', rate: 40e9, burst: 40000, ceilBurst: 40000 },
        context,
      ),
      'class replace dev v0 parent 1: classid 1:10 htb rate 5mbit overhead 24': replaceTrafficClass(
        { dev, id: '1:10', rate: 5e6, overhead: 24 },
        context,
      ),
      'class delete dev v0 classid 1:10': deleteTrafficClass({ dev, id: '1:10' }, context),
    },
    headerSize,
    new Map([[2, optionsOf]]),
  )
})

test('a netem is what tc sends', (t) => {
  const golden = readGolden('netem')
  const context = goldenContext(golden)
  compareGolden(
    t,
    golden,
    {
      'qdisc add dev v0 root netem limit 500 delay 100ms 10ms 25% loss 1.5% 10% duplicate 1% corrupt 0.1% reorder 25% 50% gap 5 rate 1mbit 20':
        newQdisc(
          {
            ...{ dev, kind: 'netem', limit: 500, delay: 0.1, jitter: 0.01, delayCorrelation: 25 },
            ...{ loss: 1.5, lossCorrelation: 10, duplicate: 1, corrupt: 0.1, reorder: 25, reorderCorrelation: 50 },
            ...{ gap: 5, rate: 1e6, packetOverhead: 20 },
          },
          context,
        ),
      'qdisc add dev v0 root netem delay 10s rate 50gbit': newQdisc(
        { dev, kind: 'netem', delay: 10, rate: 50e9 },
        context,
      ),
    },
    headerSize,
    new Map([[2, netemOf]]),
  )
})

test('a name that is none is refused before anything is sent', (t) => {
  for (const handle of ['1', '1:2:3', 'g:', '10000:', ''])
    t.throws(() => changeQdisc({ dev: 1, handle, kind: 'pfifo' }), { instanceOf: RangeError }, handle)
})
