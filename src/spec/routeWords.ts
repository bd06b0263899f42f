import { isDeepStrictEqual } from 'node:util'
import { familyOf } from '../ip/address.js'
import { featureWords } from '../rtnetlink/routeMetrics.js'
import { passingProtocols } from '../rtnetlink/routeRecord.js'
import { dsfieldOf, dsfieldText } from './dsfieldWords.js'
import { readEncapsulation, writeEncapsulation } from './encapsulationWords.js'
import { readFeatures } from './featureWords.js'
import { unlinkedTypes } from './routeSemantics.js'
import type { NexthopSpec, RouteSpec } from './types.js'
import { numberOf, WordError, type Words, wordsOf } from './words.js'

/** A route without its destination, as it is read or written word by word. */
export type RouteProperties = { -readonly [Name in Exclude<keyof RouteSpec, 'to'>]?: RouteSpec[Name] }

/** Why a line is left out, as from what `ip route save` wrote: its route goes by itself. */
export class PassingRoute extends Error {}

/** Protocols of routes that go by themselves, as `ip route show` prints them, also with -N. */
const passingWords: ReadonlySet<string> = new Set([...passingProtocols].flatMap((both) => both.map(String)))

/** Whether what `ip route show` prints of a route tells that it goes by itself. */
export function isPassing({ protocol }: RouteProperties): boolean {
  return protocol !== undefined && passingWords.has(String(protocol))
}

/** How one word of `ip route` is read and written. */
interface Word {
  read(words: Words, route: RouteProperties): void
  write(route: RouteProperties): string | false | undefined
}

function set<Name extends keyof RouteProperties>(
  route: RouteProperties,
  name: Name,
  value: RouteProperties[Name],
): void {
  route[name] = value
}

const numeric = [
  'metric',
  'advmss',
  'window',
  'ssthresh',
  'cwnd',
  'initcwnd',
  'initrwnd',
  'hoplimit',
  'reordering',
] as const

function numberWord(property: (typeof numeric)[number], word: string): Word {
  return {
    read: (words, route) => set(route, property, numberOf(unlocked(words, 'a number'))),
    write: (route) => route[property] !== undefined && `${word} ${route[property]}`,
  }
}

function nameWord(property: 'table' | 'protocol' | 'scope' | 'realms', word: string): Word {
  return {
    read: (words, route) => set(route, property, words.next(`a ${property} by number or name`)),
    write: (route) => route[property] !== undefined && `${word} ${route[property]}`,
  }
}

function textWord(property: 'dev' | 'src' | 'from', word: string): Word {
  return {
    read: (words, route) => set(route, property, words.next('a value')),
    write: (route) => route[property] !== undefined && `${word} ${route[property]}`,
  }
}

/**
 * Durations; a number without a unit is the kernel's own (iproute2, lib/utils.c, get_time_rtt).
 * @param fractions how many of that make a millisecond
 */
function timeWord(property: 'rtt' | 'rttvar' | 'rtoMin', word: string, fractions: number): Word {
  return {
    read: (words, route) => {
      // It has no effect without its lock, which iproute2 therefore sets and shows in any case.
      if (property === 'rtoMin' && words.peek() === 'lock') words.next('lock')
      set(route, property, secondsOf(unlocked(words, 'a time'), fractions))
    },
    write: (route) => route[property] !== undefined && `${word} ${(route[property] ?? 0) * 1000}ms`,
  }
}

function flagWord(property: 'onlink', word: string): Word {
  return { read: (_words, route) => set(route, property, true), write: (route) => route[property] && word }
}

function switchWord(property: 'quickack' | 'fastOpenNoCookie', word: string): Word {
  return {
    read: (words, route) => set(route, property, numberOf(words.next('0 or 1')) !== 0),
    write: (route) => route[property] !== undefined && `${word} ${route[property] ? 1 : 0}`,
  }
}

/** The words of `ip route`, man ip-route(8), in the order in which they are written. */
const table: Readonly<Record<string, Word>> = {
  from: textWord('from', 'from'),
  tos: {
    read: (words, route) => set(route, 'tos', dsfieldOf(words)),
    write: ({ tos }) => tos !== undefined && `tos ${dsfieldText(tos)}`,
  },
  encap: {
    read: (words, route) => set(route, 'encapsulation', readEncapsulation(words)),
    write: ({ encapsulation }) => writeEncapsulation(encapsulation),
  },
  via: {
    read: (words, route) => set(route, 'via', gateway(words)),
    write: ({ via }) => via !== undefined && `via ${via.includes(':') ? 'inet6 ' : ''}${via}`,
  },
  dev: textWord('dev', 'dev'),
  nhid: {
    read: (words, route) => set(route, 'nexthopId', numberOf(words.next('an id'))),
    write: ({ nexthopId }) => nexthopId !== undefined && `nhid ${nexthopId}`,
  },
  onlink: flagWord('onlink', 'onlink'),
  table: nameWord('table', 'table'),
  metric: numberWord('metric', 'metric'),
  src: textWord('src', 'src'),
  scope: nameWord('scope', 'scope'),
  proto: nameWord('protocol', 'proto'),
  pref: {
    read: (words, route) => {
      const value = words.next('a preference')
      if (value !== 'low' && value !== 'medium' && value !== 'high') throw new WordError(`${value} is no preference`)
      route.preference = value
    },
    write: ({ preference }) => preference !== undefined && `pref ${preference}`,
  },
  realm: nameWord('realms', 'realm'),
  mtu: {
    read: (words, route) => {
      if (words.peek() === 'lock') {
        words.next('lock')
        route.lockMtu = true
      }
      route.mtu = numberOf(words.next('bytes'))
    },
    write: ({ mtu, lockMtu }) => mtu !== undefined && `mtu ${lockMtu ? 'lock ' : ''}${mtu}`,
  },
  advmss: numberWord('advmss', 'advmss'),
  window: numberWord('window', 'window'),
  rtt: timeWord('rtt', 'rtt', 8),
  rttvar: timeWord('rttvar', 'rttvar', 4),
  rto_min: timeWord('rtoMin', 'rto_min', 1),
  ssthresh: numberWord('ssthresh', 'ssthresh'),
  cwnd: numberWord('cwnd', 'cwnd'),
  initcwnd: numberWord('initcwnd', 'initcwnd'),
  initrwnd: numberWord('initrwnd', 'initrwnd'),
  hoplimit: numberWord('hoplimit', 'hoplimit'),
  reordering: numberWord('reordering', 'reordering'),
  quickack: switchWord('quickack', 'quickack'),
  congctl: {
    read: (words, route) => set(route, 'congestion', unlocked(words, 'a name')),
    write: ({ congestion }) => congestion !== undefined && `congctl ${congestion}`,
  },
  fastopen_no_cookie: switchWord('fastOpenNoCookie', 'fastopen_no_cookie'),
  features: {
    read: (words, route) => {
      for (const { name } of readFeatures(words)) route[name] = true
    },
    write: featureWords,
  },
  expires: {
    read: () => {
      throw new PassingRoute()
    },
    write: () => undefined,
  },
  // Why an unreachable route is one, which its type says.
  error: { read: (words) => void words.next('a number'), write: () => undefined },
  // What -d shows of a nexthop object.
  nh_info: {
    read: (words) => {
      for (let word = words.peek(); word !== undefined && word !== 'nexthop'; word = words.peek()) words.next(word)
    },
    write: () => undefined,
  },
  nexthop: {
    read: (words, route) => set(route, 'nexthops', [...(route.nexthops ?? []), ...nexthopsOf(words)]),
    write: ({ nexthops }) => nexthops?.map(nexthopText).join(' '),
  },
}

const synonyms: Readonly<Record<string, string>> = {
  dsfield: 'tos',
  protocol: 'proto',
  preference: 'metric',
  priority: 'metric',
  realms: 'realm',
}

/** What `ip route show` tells of a route's state. */
const passing: ReadonlySet<string> = new Set([
  'linkdown',
  'dead',
  'offload',
  'rt_offload',
  'trap',
  'rt_trap',
  'rt_offload_failed',
  'notify',
  'unresolved',
  'pervasive',
])

/** Reads the words behind a destination. */
export function readWords(words: Words): RouteProperties {
  const route: RouteProperties = {}
  for (let word = words.peek(); word !== undefined; word = words.peek()) {
    words.next('a word')
    if (passing.has(word)) continue
    const name = Object.hasOwn(synonyms, word) ? (synonyms[word] ?? word) : word
    const known = Object.hasOwn(table, name) ? table[name] : undefined
    if (!known) throw new WordError(`${JSON.stringify(word)} is no word of a route`)
    known.read(words, route)
  }
  return route
}

/** What was read, without what is shown of a route although something else says it. */
export function withoutShown(route: RouteProperties, type: string): RouteProperties {
  const { via: _via, dev, onlink: _onlink, nexthops: _nexthops, encapsulation: _encapsulation, ...others } = route
  // What follows the id is what the nexthop object says.
  if (route.nexthopId !== undefined) return others
  // IPv6 hangs what leads nowhere on the loopback device (net/ipv6/route.c, ip6_route_info_create).
  if (!unlinkedTypes.has(type) || dev !== 'lo') return route
  const { dev: _lo, ...unlinked } = route
  return unlinked
}

/** The words behind a destination, as `ip route` takes them. */
export function writeWords(route: RouteProperties): string {
  return Object.values(table)
    .map((word) => word.write(route))
    .filter((text) => text)
    .join(' ')
}

/** Whether its words say all that a route's encapsulations do: some options have no word, and some values. */
export function tellsEncapsulations(route: RouteProperties): boolean {
  const stated = encapsulationsOf(route)
  if (stated.every((encapsulation) => encapsulation === undefined)) return true
  try {
    return isDeepStrictEqual(encapsulationsOf(readWords(wordsOf(writeWords(route)))), stated)
  } catch (error) {
    if (error instanceof WordError) return false
    throw error
  }
}

function encapsulationsOf({ encapsulation, nexthops = [] }: RouteProperties) {
  return [encapsulation, ...nexthops.map((hop) => hop.encapsulation)]
}

function gateway(words: Words): string {
  const first = words.next('a gateway')
  return first === 'inet' || first === 'inet6' ? words.next('a gateway') : first
}

/** All that follow each other, since copying what was read so far for each would take ever longer. */
function nexthopsOf(words: Words): NexthopSpec[] {
  const hops = [nexthop(words)]
  while (words.peek() === 'nexthop') {
    words.next('nexthop')
    hops.push(nexthop(words))
  }
  return hops
}

function nexthop(words: Words): NexthopSpec {
  const hop: { -readonly [Name in keyof NexthopSpec]?: NexthopSpec[Name] } = {}
  for (let word = words.peek(); word !== undefined && word !== 'nexthop'; word = words.peek()) {
    if (word === 'via') {
      words.next(word)
      hop.via = gateway(words)
    } else if (word === 'dev') {
      words.next(word)
      hop.dev = words.next('a link')
    } else if (word === 'weight') {
      words.next(word)
      hop.weight = numberOf(words.next('a number'))
    } else if (word === 'realm' || word === 'realms') {
      words.next(word)
      hop.realms = words.next('a realm')
    } else if (word === 'onlink') {
      words.next(word)
      hop.onlink = true
    } else if (word === 'encap') {
      words.next(word)
      const encapsulation = readEncapsulation(words)
      if (encapsulation) hop.encapsulation = encapsulation
    } else if (passing.has(word)) words.next(word)
    else break
  }
  return hop
}

function nexthopText({ encapsulation, via, dev, weight, realms, onlink }: NexthopSpec): string {
  return [
    'nexthop',
    writeEncapsulation(encapsulation),
    via !== undefined && `via ${familyOf(via) === 'inet6' ? 'inet6 ' : ''}${via}`,
    dev !== undefined && `dev ${dev}`,
    weight !== undefined && `weight ${weight}`,
    realms !== undefined && `realm ${realms}`,
    onlink && 'onlink',
  ]
    .filter(Boolean)
    .join(' ')
}

/** A metric's value, which nothing but these two can be locked at. */
function unlocked(words: Words, what: string): string {
  const text = words.next(what)
  if (text === 'lock') throw new WordError('only mtu and rto_min can be locked')
  return text
}

function secondsOf(text: string, fractions: number): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(s|secs?|ms|msecs?)?$/i.exec(text) ?? []
  if (number === undefined) throw new WordError(`${JSON.stringify(text)} is not a time`)
  if (unit === undefined) return Number(number) / fractions / 1000
  return /^s/i.test(unit) ? Number(number) : Number(number) / 1000
}
