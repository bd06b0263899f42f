import type { Seg6Flavors } from '../rtnetlink/encapsulation/flavors.js'
import type { IpEncapsulationOptions } from '../rtnetlink/encapsulation/ipOptions.js'
import { dsfieldOf, dsfieldText } from './dsfieldWords.js'
import type { RouteSpec } from './types.js'
import { numberOf, WordError, type Words } from './words.js'

type Options = Record<string, unknown>

/** How a word is read, with what follows it, and written; one that is only shown is not written. */
interface OptionWord {
  read(words: Words, options: Options, word: string): void
  write?(options: Options): string | false | undefined
}

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
    known[word]?.read(words, options, word)
  }
  return options as unknown as RouteSpec['encapsulation']
}

/** What {@link readEncapsulation} reads, and `encap` in front; some of it may be untold. */
export function writeEncapsulation(encapsulation: RouteSpec['encapsulation']): string | undefined {
  if (!encapsulation) return undefined
  const options: Options = { ...encapsulation }
  const labels = encapsulation.type === 'mpls' ? [encapsulation.labels.join('/')] : []
  const told = Object.values(types.get(encapsulation.type) ?? {}).map((word) => word.write?.(options))
  return ['encap', encapsulation.type, ...labels, ...told].filter((text) => text).join(' ')
}

/** What leads into a tunnel, of either family. */
const tunnel: Readonly<Record<string, OptionWord>> = {
  id: number('id'),
  dst: text('dst'),
  src: {
    ...text('src'),
    read(words, options) {
      const src = words.next('an address')
      // It is shown where there is none, too.
      if (src !== '0.0.0.0' && src !== '::') options['src'] = src
    },
  },
  ...Object.fromEntries(Object.entries(flagBits).map(([word, bit]) => [word, flag(word, bit)])),
  vxlan_opts: {
    read(words, options) {
      options['options'] = { vxlan: { gbp: numberOf(words.next('a group policy')) } }
    },
    write: ({ options }) => vxlanWords(options as IpEncapsulationOptions | undefined),
  },
  erspan_opts: {
    read(words, options) {
      const [version, index, direction, hardwareId] = words.next('version:index:direction:id').split(':').map(numberOf)
      const own = version === 1 ? { index } : { direction: direction ? 'egress' : 'ingress', hardwareId }
      options['options'] = { erspan: { version, ...own } }
    },
    write: ({ options }) => erspanWords(options as IpEncapsulationOptions | undefined),
  },
}

const segs: OptionWord = {
  read: readSegments,
  write: ({ segments }) => Array.isArray(segments) && `segs ${segments.join(',')}`,
}

const types: ReadonlyMap<string, Readonly<Record<string, OptionWord>>> = new Map<
  string,
  Readonly<Record<string, OptionWord>>
>([
  ['mpls', { ttl: number('ttl') }],
  ['ip', { ...tunnel, tos: dsfield('tos'), ttl: positive('ttl') }],
  ['ip6', { ...tunnel, tc: dsfield('trafficClass', 'tc'), hoplimit: positive('hoplimit') }],
  [
    'seg6',
    {
      mode: text('mode'),
      segs,
      hmac: number('hmac'),
      tunsrc: text('src', 'tunsrc'),
      lookup: number('table', 'lookup'),
    },
  ],
  [
    'seg6local',
    {
      action: text('action'),
      table: number('table'),
      vrftable: number('vrfTable', 'vrftable'),
      nh4: text('nh4'),
      nh6: text('nh6'),
      srh: { read: () => {}, write: ({ segments }) => segments !== undefined && 'srh' },
      segs,
      flavors: { read: readFlavors, write: ({ flavors }) => flavorWords(flavors as Seg6Flavors | undefined) },
      count: {
        read: (_words, options) => {
          options['counters'] = true
        },
        write: ({ counters }) => counters === true && 'count',
      },
      iif: { read: refuseLink },
      oif: { read: refuseLink },
    },
  ],
])

function text(name: string, word: string = name): OptionWord {
  return {
    read(words, options) {
      options[name] = words.next('a value')
    },
    write: (options) => options[name] !== undefined && `${word} ${options[name]}`,
  }
}

function number(name: string, word: string = name): OptionWord {
  return {
    ...text(name, word),
    read(words, options) {
      options[name] = numberOf(words.next('a number'))
    },
  }
}

/** A number that is shown as 0 where there is none. */
function positive(name: string, word: string = name): OptionWord {
  return {
    ...text(name, word),
    read(words, options) {
      const value = numberOf(words.next('a number'))
      if (value > 0) options[name] = value
    },
  }
}

/** Hexadecimal in a command, and shown in decimal: ip/iproute_lwtunnel.c. */
function dsfield(name: 'tos' | 'trafficClass', word: string = name): OptionWord {
  return {
    read(words, options) {
      const value = words.ofCommand ? dsfieldOf(words) : numberOf(words.next('a number'))
      if (value > 0) options[name] = value
    },
    write: ({ [name]: value }) => typeof value === 'number' && `${word} ${dsfieldText(value)}`,
  }
}

function flag(word: string, bit: number): OptionWord {
  return {
    read(_words, options) {
      options['flags'] = Number(options['flags'] ?? 0) | bit
    },
    write: ({ flags }) => (Number(flags ?? 0) & bit) !== 0 && word,
  }
}

function vxlanWords({ vxlan }: IpEncapsulationOptions = {}): string | false {
  return vxlan !== undefined && `vxlan_opts ${vxlan.gbp}`
}

function erspanWords({ erspan }: IpEncapsulationOptions = {}): string | false {
  if (erspan === undefined) return false
  const { version, index = 0, direction, hardwareId = 0 } = erspan
  return `erspan_opts ${version}:${index}:${direction === 'egress' ? 1 : 0}:${hardwareId}`
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

function flavorWords(flavors: Seg6Flavors | undefined): string | false {
  if (flavors === undefined) return false
  const { operations, locatorBlockLength: block, nodeFunctionLength: node } = flavors
  const lengths = `${block === undefined ? '' : ` lblen ${block}`}${node === undefined ? '' : ` nflen ${node}`}`
  return `flavors ${operations.join(',')}${lengths}`
}

function refuseLink(_words: Words, _options: Options, word: string): void {
  throw new WordError(`${word} names a link, and a spec tells it by its index, which is another one elsewhere`)
}
