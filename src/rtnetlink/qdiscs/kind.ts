import type { Codec, Domain } from '../../netlink/codec.js'
import { checkInDomain } from '../../netlink/inDomain.js'
import { invalidUnder, unknownProperty } from '../../netlink/invalidValue.js'

/** Words of a command; what is `undefined`, `false` or empty is left out. */
export type CommandWords = readonly (string | number | boolean | undefined)[]

/** What a kind of qdisc is made of. */
export interface QdiscKind<Kind extends string, Options extends object> {
  /** The kernel's name, which is also that of specs. */
  readonly kind: Kind
  /** The payload of TCA_OPTIONS; its domain tells what values the options take. */
  readonly options: Codec<Options>
  /** What a new one must be given. */
  readonly required?: readonly (keyof Options & string)[]
  /** Values by which the kernel says that there is none. */
  readonly none?: Partial<Options>
  /** What goes without saying: what a new one has where nothing is said of it. */
  readonly usual?: Partial<Options>
  /** The options that only a new qdisc can have; `all` where the kernel changes none. */
  readonly immutable?: readonly (keyof Options & string)[] | 'all'
  /** Where it is attached. Default `root`. */
  readonly place?: 'root' | 'ingress'
  /** Options with what follows from them, given what is there already. */
  completed?(given: Partial<Options>, actual: Partial<Options>): Partial<Options>
  /** Whether an option has a value, where that is more than equality. */
  same?(name: keyof Options & string, wanted: unknown, actual: unknown, all: Partial<Options>): boolean | undefined
  /** The options in the words of `tc`. */
  words(options: Partial<Options>): CommandWords
}

/** A kind whose options are not known at compile time. */
export interface AnyQdiscKind {
  readonly kind: string
  readonly options: Codec<object>
  readonly required?: readonly string[]
  readonly none?: object
  readonly usual?: object
  readonly immutable?: readonly string[] | 'all'
  readonly place?: 'root' | 'ingress'
  completed?(given: object, actual: object): object
  same?(name: string, wanted: unknown, actual: unknown, all: object): boolean | undefined
  words(options: object): CommandWords
}

/** Describes a kind of qdisc. */
export function defineQdiscKind<const Kind extends string, Options extends object>(
  kind: QdiscKind<Kind, Options>,
): QdiscKind<Kind, Options> {
  return kind
}

/** One domain for each option, so that interface and table cannot drift apart. */
export type Domains<T extends object> = { readonly [Name in keyof T]-?: Domain }

/** Options that stand otherwise in the kernel's attributes. */
export function converted<Options extends object, Raw extends object>(
  properties: Domains<Options>,
  raw: Codec<Raw>,
  toKernel: (options: Options) => Raw,
  fromKernel: (raw: Raw) => Options,
): Codec<Options> {
  return {
    domain: { type: 'object', properties, required: [] },
    ...(raw.nested ? { nested: true } : {}),
    encode(options, writer, context) {
      for (const name of Object.keys(options)) {
        if (!Object.hasOwn(properties, name)) throw unknownProperty(name, Object.keys(properties))
      }
      checkValues(this.domain, options)
      raw.encode(toKernel(options), writer, context)
    },
    decode: (payload, context) => fromKernel(raw.decode(payload, context)),
    ...(raw.locate ? { locate: (payload, offset) => raw.locate?.(payload, offset) ?? [] } : {}),
  }
}

/** Refuses values of options outside their domains, before anything is reckoned from them. */
export function checkValues(options: Domain, values: object): void {
  if (options.type !== 'object') return
  for (const [name, value] of Object.entries(values)) {
    const domain = options.properties[name]
    if (value === undefined || domain === undefined) continue
    try {
      checkInDomain(domain, value)
    } catch (error) {
      throw invalidUnder(name, error)
    }
  }
}

/** Numbers of 4 bytes. */
export const whole: Domain = { type: 'integer', minimum: 0, maximum: 0xffffffff }

/** A duration as `tc` takes it. */
export function timeWord(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : `${Math.round(seconds * 1e9) / 1e3}us`
}

/** A word of `tc` with its value; nothing where there is no value. */
export function option(word: string, value: string | number | undefined): CommandWords {
  return value === undefined ? [] : [word, value]
}

/** A rate as `tc` takes it. */
export function rateWord(bits: number | undefined): string | undefined {
  return bits === undefined ? undefined : `${bits}bit`
}
