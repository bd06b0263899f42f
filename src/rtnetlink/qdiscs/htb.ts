import { u32 } from '../../netlink/scalars.js'
import { field, struct } from '../../netlink/struct.js'
import { attribute, attributeTable } from '../../netlink/table.js'
import { defined } from '../defined.js'
import { formatHandle, minorOf } from './handle.js'
import { converted, defineQdiscKind, option, whole } from './kind.js'

/** A tree of classes that share a rate: man tc-htb(8). */
export interface HtbOptions {
  /** The class of packets that nothing puts into another one: `1:30`. Default: none, they go out unshaped. */
  readonly default?: string
  /** What a class's rate in bytes a second is divided by for its `quantum`: `r2q`. Default 10. */
  readonly rateToQuantum?: number
  /** Packets of no class that may wait. The kernel's default is the link's `txQueueLength`. */
  readonly directQueueLength?: number
}

/** struct tc_htb_glob: include/uapi/linux/pkt_sched.h */
interface HtbParameters {
  readonly version: number
  readonly rateToQuantum: number
  readonly defaultClass: number
}

interface RawHtb {
  readonly parameters?: HtbParameters
  readonly directQueueLength?: number
}

/** TCA_HTB_*: the attributes of TCA_OPTIONS. */
export const htbAttributes = attributeTable<RawHtb>({
  parameters: attribute(
    2,
    struct<HtbParameters>(20, {
      version: field(0, u32),
      rateToQuantum: field(4, u32),
      defaultClass: field(8, u32),
    }),
  ),
  directQueueLength: attribute(5, u32),
})

// net/sched/sch_htb.c, HTB_VER
const version = 3
const defaultRateToQuantum = 10

/** `tc qdisc add … htb`; its classes are in messages of their own. */
export const htb = defineQdiscKind({
  kind: 'htb',
  options: converted<HtbOptions, RawHtb>(
    { default: { type: 'handle' }, rateToQuantum: whole, directQueueLength: whole },
    htbAttributes,
    ({ default: name, rateToQuantum = defaultRateToQuantum, directQueueLength }) =>
      defined<RawHtb>({
        parameters: { version, rateToQuantum, defaultClass: name === undefined ? 0 : minorOf(name) },
        directQueueLength,
      }),
    ({ parameters, directQueueLength }) =>
      defined<HtbOptions>({
        // Its number alone: the qdisc is named by the message.
        default: parameters?.defaultClass ? formatHandle(parameters.defaultClass) : undefined,
        rateToQuantum: parameters?.rateToQuantum,
        directQueueLength,
      }),
  ),
  immutable: 'all',
  usual: { rateToQuantum: defaultRateToQuantum },
  completed: (given, actual) => ({ rateToQuantum: actual.rateToQuantum ?? defaultRateToQuantum, ...given }),
  same: (name, wanted, actual) =>
    name === 'default' ? minorOf(String(wanted ?? '')) === minorOf(String(actual ?? '')) : undefined,
  words: ({ default: name, rateToQuantum, directQueueLength }) => [
    ...option('default', name === undefined ? undefined : `0x${minorOf(name).toString(16)}`),
    ...option('r2q', rateToQuantum === defaultRateToQuantum ? undefined : rateToQuantum),
    ...option('direct_qlen', directQueueLength),
  ],
})
