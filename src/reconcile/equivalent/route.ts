import { familyOf } from '../../ip/address.js'
import type { Nexthop } from '../../rtnetlink/route.js'
import { featureWords } from '../../rtnetlink/routeMetrics.js'
import { mainTable, type RouteRecord } from '../../state/route.js'
import { isHost } from './address.js'
import { encapsulationWords } from './encapsulation.js'
import { words } from './words.js'

/** Properties that `ip route` takes as a word and a value. */
const plainWords = [
  ['mtu', 'mtu'],
  ['advmss', 'advmss'],
  ['window', 'window'],
  ['ssthresh', 'ssthresh'],
  ['cwnd', 'cwnd'],
  ['initcwnd', 'initcwnd'],
  ['initrwnd', 'initrwnd'],
  ['hoplimit', 'hoplimit'],
  ['reordering', 'reordering'],
  ['congestion', 'congctl'],
  ['realms', 'realm'],
] as const

/** Durations, which `ip route` takes in milliseconds with a unit. */
const durations = [
  ['rtt', 'rtt'],
  ['rttvar', 'rttvar'],
  ['rtoMin', 'rto_min'],
] as const

/** The `ip route` command for a route. */
export function routeCommand(verb: 'add' | 'append' | 'prepend' | 'replace' | 'delete', route: RouteRecord): string {
  const family = route.family === 'inet6' ? 'ip -6 route' : 'ip route'
  return words(
    family,
    verb,
    route.type !== undefined && route.type !== 'unicast' && route.type,
    destination(route),
    route.from !== undefined && `from ${route.from}`,
    route.tos !== 0 && `tos 0x${route.tos.toString(16)}`,
    encapsulationWords(route.encapsulation),
    via(route.via, route.family),
    route.dev !== undefined && `dev ${route.dev}`,
    route.nexthopId !== undefined && `nhid ${route.nexthopId}`,
    route.onlink && 'onlink',
    route.table !== mainTable && `table ${route.table}`,
    route.metric !== 0 && !(route.family === 'inet6' && route.metric === 1024) && `metric ${route.metric}`,
    route.src !== undefined && `src ${route.src}`,
    route.scope !== undefined && `scope ${route.scope}`,
    route.protocol !== undefined && `proto ${route.protocol}`,
    route.preference !== undefined && route.preference !== 'medium' && `pref ${route.preference}`,
    ...plainWords.map(([name, word]) => {
      const value = route[name]
      return value !== undefined && words(word, name === 'mtu' && route.lockMtu && 'lock', value)
    }),
    ...durations.map(([name, word]) => {
      const value = route[name]
      return value !== undefined && `${word} ${value * 1000}ms`
    }),
    route.quickack && 'quickack 1',
    featureWords(route),
    route.fastOpenNoCookie && 'fastopen_no_cookie 1',
    ...(route.nexthops ?? []).map((nexthop) => nexthopWords(nexthop, route.family)),
  )
}

function destination(route: RouteRecord): string {
  if (route.to === '0.0.0.0/0' || route.to === '::/0') return 'default'
  return isHost(route.to) ? route.to.slice(0, route.to.indexOf('/')) : route.to
}

function via(gateway: string | undefined, family: 'inet' | 'inet6'): string | false {
  if (gateway === undefined) return false
  return familyOf(gateway) === family ? `via ${gateway}` : `via ${familyOf(gateway)} ${gateway}`
}

function nexthopWords(nexthop: Nexthop, family: 'inet' | 'inet6'): string {
  return words(
    'nexthop',
    encapsulationWords(nexthop.encapsulation),
    via(nexthop.via, family),
    nexthop.dev !== undefined && `dev ${nexthop.dev}`,
    nexthop.weight !== undefined && `weight ${nexthop.weight}`,
    nexthop.realms !== undefined && `realm ${nexthop.realms}`,
    nexthop.onlink && 'onlink',
  )
}
