import { grouped } from '../../grouped.js'
import * as builtIn from './builtIn.js'
import type { AnyLinkKind, LinkKind } from './kind.js'

type BuiltIn = typeof builtIn
type OptionsOf<Kind> = Kind extends LinkKind<string, infer Options, infer _Port, infer _Status> ? Options : never
type PortOf<Kind> = Kind extends LinkKind<string, infer _Options, infer Port, infer _Status> ? Port : never
/** The kinds whose ports have options. */
type WithPort = { [Name in keyof BuiltIn]: keyof PortOf<BuiltIn[Name]> extends never ? never : Name }[keyof BuiltIn]

/** The options of each kind, under the kind's name. */
export type KindOptions = { readonly [Name in keyof BuiltIn]?: OptionsOf<BuiltIn[Name]> }
/** The options of a port, under the name of its master's kind and `Port`. */
export type PortOptions = { readonly [Name in WithPort as `${Name}Port`]?: PortOf<BuiltIn[Name]> }

const kinds = new Map<string, AnyLinkKind>(Object.values(builtIn).map((kind) => [kind.kind, kind]))

/** By the kernel's name, which is asked of every link that is read. */
let kindsOfKernel: ReadonlyMap<string, readonly AnyLinkKind[]> | undefined

/** Looked through for every link, so that it is kept. */
let pairs = namesOfPairs()

function namesOfPairs(): readonly string[] {
  return [...kinds.values()].filter(({ pair }) => pair).map(({ kind }) => kind)
}

/** The kinds that come in pairs. */
export function pairKinds(): readonly string[] {
  return pairs
}

/**
 * Makes a kind known, so that specs, builders and decoders take it; a known kind of the same name is replaced. Throws a
 * TypeError where nothing would tell it from a known one that has the same name in the kernel.
 */
export function registerLinkKind(kind: AnyLinkKind): void {
  const name = nameInKernel(kind)
  const twin = [...kinds.values()].find(
    (known) => known.kind !== kind.kind && nameInKernel(known) === name && !known.matches,
  )
  if (twin && !kind.matches) {
    throw new TypeError(
      `${kind.kind} and ${twin.kind} are both ${name} to the kernel: matches must tell which a link is`,
    )
  }
  kinds.set(kind.kind, kind)
  pairs = namesOfPairs()
  kindsOfKernel = undefined
}

/** The kind of a name in specs. */
export function linkKind(name: string): AnyLinkKind | undefined {
  return kinds.get(name)
}

/** What the kernel calls the kinds that take all frames of the devices below them, but as a certain sort. */
export function frameTakersBut(sort: string): ReadonlySet<string> {
  const others = [...kinds.values()].filter(
    ({ takesFramesAs, hasPorts }) => takesFramesAs !== undefined && !hasPorts && takesFramesAs !== sort,
  )
  return new Set(others.map(nameInKernel))
}

/** The kind of the kernel's name, told apart by what was read where several share it. */
export function linkKindOfKernel(
  kernelKind: string,
  read: (kind: AnyLinkKind) => Readonly<Record<string, unknown>>,
): AnyLinkKind | undefined {
  kindsOfKernel ??= grouped(kinds.values(), nameInKernel)
  const candidates = kindsOfKernel.get(kernelKind) ?? []
  return candidates.find((kind) => kind.matches?.(read(kind))) ?? candidates.find(({ matches }) => !matches)
}

function nameInKernel({ kind, kernelKind = kind }: AnyLinkKind): string {
  return kernelKind
}

/** What the kernel takes for each option of a kind that is not given, of those that are and the link's MAC. */
export function ordinaryOptions(kind: AnyLinkKind, options: object, mac?: string): Readonly<Record<string, unknown>> {
  return { ...kind.defaults, ...kind.defaultsBy?.(options, mac) }
}

/** The MTU that a new link of a kind has without being given one; `undefined` where that depends on the device below. */
export function ordinaryMtu(kind: string): number | undefined {
  const { generalDefaults = {}, dependsOn = [] } = linkKind(kind) ?? {}
  if ('mtu' in generalDefaults || dependsOn.length > 0) return generalDefaults.mtu
  return 1500
}

/** All known kinds. */
export function linkKinds(): Iterable<AnyLinkKind> {
  return kinds.values()
}
