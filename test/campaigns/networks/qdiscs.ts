import type { LinkSpec } from '../../../src/spec/types.js'
import { probed } from './probed.js'

type Waiting = Pick<LinkSpec, 'qdisc' | 'ingressQdisc'>

const leaf = { rate: 4_000_000, ceil: 8_000_000, burst: 2000, ceilBurst: 2000, priority: 0, quantum: 3000, overhead: 0 }
const inner = { rate: 16_000_000, ceil: 16_000_000, burst: 1600, ceilBurst: 1600, overhead: 0 }

/** Those of kinds that some kernels lack, with all options that others give back. */
const rare: readonly Waiting[] = [
  {
    qdisc: { kind: 'fq_codel', limit: 100, flows: 64, target: 0.01, interval: 0.2, ecn: false, quantum: 1514 },
    ingressQdisc: null,
  },
  {
    qdisc: { kind: 'fq', handle: '79:', limit: 900, flowLimit: 50, quantum: 3000, pacing: false },
    ingressQdisc: 'clsact',
  },
  { qdisc: { kind: 'sfq', limit: 60, perturb: 10, quantum: 3000 }, ingressQdisc: null },
  { qdisc: { kind: 'netem', delay: 0.02, jitter: 0.002, loss: 1, limit: 500 }, ingressQdisc: 'ingress' },
]
const rareHere = rare.filter(({ qdisc }) => probed.others.has(qdisc?.kind ?? ''))

/** What packets of a link wait in, with all its options told; of the first everything is as the kernel makes it. */
export const wholeWaiting: readonly Waiting[] = [
  { qdisc: null, ingressQdisc: null },
  { qdisc: { kind: 'pfifo', limit: 55 }, ingressQdisc: null },
  { qdisc: { kind: 'pfifo', limit: 66, handle: '77:' }, ingressQdisc: 'clsact' },
  { qdisc: { kind: 'bfifo', limit: 7777 }, ingressQdisc: 'ingress' },
  { qdisc: { kind: 'tbf', rate: 8_000_000, burst: 20_000, limit: 30_000, overhead: 0 }, ingressQdisc: null },
  { qdisc: { kind: 'tbf', rate: 9_000_000, burst: 30_000, limit: 40_000, overhead: 24 }, ingressQdisc: 'clsact' },
  {
    qdisc: {
      kind: 'htb',
      handle: '1:',
      default: '1:10',
      rateToQuantum: 10,
      directQueueLength: 1000,
      classes: [
        { id: '1:1', ...inner },
        { id: '1:10', parent: '1:1', ...leaf, qdisc: { kind: 'pfifo', limit: 9 } },
        { id: '1:11', parent: '1:1', ...leaf, priority: 3, qdisc: null },
      ],
    },
    ingressQdisc: null,
  },
  {
    qdisc: {
      kind: 'htb',
      handle: '1:',
      default: '1:11',
      rateToQuantum: 10,
      directQueueLength: 1000,
      classes: [
        { id: '1:11', ...leaf, ceil: 9_000_000, qdisc: { kind: 'bfifo', limit: 9999 } },
        { id: '1:2', ...inner, rate: 20_000_000, ceil: 20_000_000 },
        {
          id: '1:10',
          parent: '1:2',
          ...leaf,
          qdisc: { kind: 'tbf', rate: 1_000_000, burst: 9000, limit: 20_000, overhead: 0 },
        },
      ],
    },
    ingressQdisc: 'ingress',
  },
  ...rareHere,
]

/** The same with less told, or with what can only be told of a new one. */
export const waiting: readonly Waiting[] = [
  ...wholeWaiting,
  { qdisc: null },
  { ingressQdisc: 'clsact' },
  { ingressQdisc: null },
  { qdisc: { kind: 'pfifo' } },
  { qdisc: { kind: 'bfifo', handle: '78:' } },
  { qdisc: { kind: 'tbf', rate: 8_000_000, burst: 20_000, latency: 0.05 } },
  {
    qdisc: {
      kind: 'tbf',
      rate: 8_000_000,
      burst: 20_000,
      limit: 30_000,
      peakRate: 16_000_000,
      minimumBurst: 3000,
      overhead: 4,
    },
  },
  { qdisc: { kind: 'htb', handle: '1:', default: '1:30' } },
  { qdisc: { kind: 'htb', classes: [{ id: '2:1', rate: 1_000_000, overhead: 24, burst: 5000 }] } },
  {
    qdisc: {
      kind: 'htb',
      classes: [
        { id: '1:1', rate: 8_000_000 },
        { id: '1:2', parent: '1:1', rate: 8_000_000 },
        { id: '1:10', parent: '1:2', rate: 4_000_000 },
        { id: '1:11', parent: '1:10', rate: 1_000_000, ceil: 2_000_000, qdisc: { kind: 'pfifo' } },
      ],
    },
  },
]
