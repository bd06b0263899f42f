import { boolean, seconds, text, u32 } from '../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'
import type { RouteMetrics } from './route.js'

/** The attributes inside RTA_METRICS, as the kernel has them. */
export interface RawMetrics extends Omit<RouteMetrics, 'lockMtu' | 'lockedMetrics' | RouteFeature['name']> {
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

/** A metric that is a bit of RTAX_FEATURES, with its word of `ip`. */
export interface RouteFeature {
  readonly name: 'ecn' | 'tcpUsecTs'
  readonly bit: number
  readonly ip: string
}

/** RTAX_FEATURE_*: include/uapi/linux/rtnetlink.h */
export const routeFeatures: readonly RouteFeature[] = [
  { name: 'ecn', bit: 1, ip: 'ecn' },
  { name: 'tcpUsecTs', bit: 1 << 4, ip: 'tcp_usec_ts' },
]

/** The words of `ip route` for the features that a route has. */
export function featureWords(route: Pick<RouteMetrics, RouteFeature['name']>): string | undefined {
  const stated = routeFeatures.filter(({ name }) => route[name]).map(({ ip }) => ip)
  return stated.length === 0 ? undefined : `features ${stated.join(' ')}`
}

/** The metrics of a route as attributes; `undefined` where it has none. */
export function rawMetrics(route: RouteMetrics): RawMetrics | undefined {
  const { lockMtu, lockedMetrics = 0, rtoMin, features = 0 } = route
  const raw: Record<string, unknown> = {}
  const lock = lockedMetrics | (lockMtu ? lockMtuBit : 0) | (rtoMin === undefined ? 0 : lockRtoMinBit)
  const stated = routeFeatures.filter(({ name }) => route[name] !== undefined)
  const allFeatures = stated.reduce((bits, { name, bit }) => (route[name] ? bits | bit : bits), features)
  for (const name of routeMetrics.names) {
    if (name === 'lock' || name === 'features') continue
    if (route[name] !== undefined) raw[name] = route[name]
  }
  // What is given is sent, also where it is false: a removal then does not take a route that has it.
  if (lock !== 0 || lockMtu !== undefined) raw['lock'] = lock >>> 0
  if (allFeatures !== 0 || stated.length > 0) raw['features'] = allFeatures >>> 0
  return Object.keys(raw).length > 0 ? raw : undefined
}

/** The metrics of a route from its attributes. */
export function metricsOf({ lock = 0, features = 0, ...plain }: RawMetrics): RouteMetrics {
  const otherLocks = lock & ~lockMtuBit & ~(plain.rtoMin === undefined ? 0 : lockRtoMinBit)
  return {
    ...plain,
    ...(lock & lockMtuBit ? { lockMtu: true } : {}),
    ...(otherLocks === 0 ? {} : { lockedMetrics: otherLocks >>> 0 }),
    ...featuresOf(features),
  }
}

function featuresOf(features: number): RouteMetrics {
  const known = routeFeatures.filter(({ bit }) => (features & bit) !== 0)
  const others = known.reduce((left, { bit }) => left & ~bit, features) >>> 0
  return { ...Object.fromEntries(known.map(({ name }) => [name, true])), ...(others === 0 ? {} : { features: others }) }
}
