import type { RouteSpec } from './types.js'
import { numberOf, WordError, type Words } from './words.js'

type Options = Record<string, unknown>

/** How a word is read, and what follows it. */
type Reader = (words: Words, options: Options, word: string) => void

// TUNNEL_*: include/uapi/linux/if_tunnel.h
const flagBits: Readonly<Record<string, number>> = { csum: 1, key: 4, seq: 8 }

/**
 * Reads what follows `encap`, as `ip route` takes it and as it shows it: man ip-route(8). Whether the values are good is
 * for the schema of a spec to tell.
 */
export function readEncapsulation(words: Words): RouteSpec['encapsulation'] {
  const type = words.next('the type of an encapsulation')
  const known = types.get(type)
  if (!known) throw new WordError(`the encapsulation ${type} is none that a spec tells`)
  const options: Options = { type }
  if (type === 'mpls') options['labels'] = words.next('labels').split('/').map(numberOf)
  // Up to the first word that is none of its own, as iproute2 does (ip/iproute_lwtunnel.c).
  for (let word = words.peek(); word !== undefined && Object.hasOwn(known, word); word = words.peek()) {
    words.next(word)
    known[word]?.(words, options, word)
  }
  return options as unknown as RouteSpec['encapsulation']
}

/** What leads into a tunnel, of either family. */
const tunnel: Readonly<Record<string, Reader>> = {
  id: number('id'),
  dst: text('dst'),
  src(words, options) {
    const src = words.next('an address')
    // It is shown where there is none, too.
    if (src !== '0.0.0.0' && src !== '::') options['src'] = src
  },
  ...Object.fromEntries(Object.keys(flagBits).map((word) => [word, addFlag])),
  vxlan_opts(words, options) {
    options['options'] = { vxlan: { gbp: numberOf(words.next('a group policy')) } }
  },
  erspan_opts(words, options) {
    const [version, index, direction, hardwareId] = words.next('version:index:direction:id').split(':').map(numberOf)
    const own = version === 1 ? { index } : { direction: direction ? 'egress' : 'ingress', hardwareId }
    options['options'] = { erspan: { version, ...own } }
  },
}

const types: ReadonlyMap<string, Readonly<Record<string, Reader>>> = new Map<string, Readonly<Record<string, Reader>>>([
  ['mpls', { ttl: number('ttl') }],
  ['ip', { ...tunnel, tos: positive('tos'), ttl: positive('ttl') }],
  ['ip6', { ...tunnel, tc: positive('trafficClass'), hoplimit: positive('hoplimit') }],
  [
    'seg6',
    { mode: text('mode'), segs: readSegments, hmac: number('hmac'), tunsrc: text('src'), lookup: number('table') },
  ],
  [
    'seg6local',
    {
      action: text('action'),
      table: number('table'),
      vrftable: number('vrfTable'),
      nh4: text('nh4'),
      nh6: text('nh6'),
      srh: () => {},
      segs: readSegments,
      flavors: readFlavors,
      count: (_words, options) => {
        options['counters'] = true
      },
      iif: refuseLink,
      oif: refuseLink,
    },
  ],
])

function text(name: string): Reader {
  return (words, options) => {
    options[name] = words.next('a value')
  }
}

function number(name: string): Reader {
  return (words, options) => {
    options[name] = numberOf(words.next('a number'))
  }
}

/** A number that is shown as 0 where there is none. */
function positive(name: string): Reader {
  return (words, options) => {
    const value = numberOf(words.next('a number'))
    if (value > 0) options[name] = value
  }
}

function addFlag(_words: Words, options: Options, word: string): void {
  options['flags'] = Number(options['flags'] ?? 0) | (flagBits[word] ?? 0)
}

/** `a,b`, or as it is shown: `2 [ a b ]`, of mode `inline` with the packet's own destination, and a key in hexadecimal. */
function readSegments(words: Words, options: Options): void {
  const first = words.next('segments')
  if (words.peek() !== '[') {
    options['segments'] = first.split(',')
    return
  }
  words.next('[')
  const segments: string[] = []
  for (let word = words.next('a segment'); word !== ']'; word = words.next('a segment or ]')) segments.push(word)
  options['segments'] = options['mode'] === 'inline' ? segments.slice(0, -1) : segments
  if (words.peek() !== 'hmac') return
  words.next('hmac')
  options['hmac'] = numberOf(`0x${words.next('a key')}`)
}

function readFlavors(words: Words, options: Options): void {
  const operations = words.next('flavors').split(',')
  const lengths: Options = {}
  for (const [word, name] of [
    ['lblen', 'locatorBlockLength'],
    ['nflen', 'nodeFunctionLength'],
  ] as const) {
    if (words.peek() !== word) continue
    words.next(word)
    lengths[name] = numberOf(words.next('bits'))
  }
  options['flavors'] = { operations, ...lengths }
}

function refuseLink(_words: Words, _options: Options, word: string): void {
  throw new WordError(`${word} names a link, and a spec tells it by its index, which is another one elsewhere`)
}
