import { boolean, seconds, text, u32 } from '../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'
import type { RouteMetrics } from './route.js'

/** The attributes inside RTA_METRICS, as the kernel has them. */
export interface RawMetrics extends Omit<RouteMetrics, 'lockMtu' | 'lockedMetrics' | 'ecn'> {
  /** Bits of the metrics that must not be changed. */
  readonly lock?: number
}

// RTAX_*: include/uapi/linux/rtnetlink.h. The units are TCP's: net/ipv4/tcp_metrics.c and iproute2, iproute.c.
/** RTA_METRICS. */
export const routeMetrics: AttributeTable<RawMetrics> = attributeTable<RawMetrics>({
  lock: attribute(1, u32),
  mtu: attribute(2, u32),
  window: attribute(3, u32),
  rtt: attribute(4, seconds(u32, 8000)),
  rttvar: attribute(5, seconds(u32, 4000)),
  ssthresh: attribute(6, u32),
  cwnd: attribute(7, u32),
  advmss: attribute(8, u32),
  reordering: attribute(9, u32),
  hoplimit: attribute(10, u32),
  initcwnd: attribute(11, u32),
  features: attribute(12, u32),
  rtoMin: attribute(13, seconds(u32, 1000)),
  initrwnd: attribute(14, u32),
  quickack: attribute(15, boolean(u32)),
  congestion: attribute(16, text(15)),
  fastOpenNoCookie: attribute(17, boolean(u32)),
})

const lockMtuBit = 1 << 2
// Without its lock the kernel does not look at it (net/ipv4/tcp_output.c, tcp_rto_min).
const lockRtoMinBit = 1 << 13
const RTAX_FEATURE_ECN = 1

/** The metrics of a route as attributes; `undefined` where it has none. */
export function rawMetrics(route: RouteMetrics): RawMetrics | undefined {
  const { lockMtu, lockedMetrics = 0, rtoMin, ecn, features = 0 } = route
  const raw: Record<string, unknown> = {}
  const lock = lockedMetrics | (lockMtu ? lockMtuBit : 0) | (rtoMin === undefined ? 0 : lockRtoMinBit)
  const allFeatures = features | (ecn ? RTAX_FEATURE_ECN : 0)
  for (const name of routeMetrics.names) {
    if (name === 'lock' || name === 'features') continue
    if (route[name] !== undefined) raw[name] = route[name]
  }
  // What is given is sent, also where it is false: a removal then does not take a route that has it.
  if (lock !== 0 || lockMtu !== undefined) raw['lock'] = lock >>> 0
  if (allFeatures !== 0 || ecn !== undefined) raw['features'] = allFeatures >>> 0
  return Object.keys(raw).length > 0 ? raw : undefined
}

/** The metrics of a route from its attributes. */
export function metricsOf({ lock = 0, features = 0, ...plain }: RawMetrics): RouteMetrics {
  const otherLocks = lock & ~lockMtuBit & ~(plain.rtoMin === undefined ? 0 : lockRtoMinBit)
  return {
    ...plain,
    ...(lock & lockMtuBit ? { lockMtu: true } : {}),
    ...(otherLocks === 0 ? {} : { lockedMetrics: otherLocks >>> 0 }),
    ...(features & RTAX_FEATURE_ECN ? { ecn: true } : {}),
    ...(features & ~RTAX_FEATURE_ECN ? { features: (features & ~RTAX_FEATURE_ECN) >>> 0 } : {}),
  }
}
