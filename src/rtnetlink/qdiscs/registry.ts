import * as builtIn from './builtIn.js'
import type { AnyQdiscKind, QdiscKind } from './kind.js'

type BuiltIn = typeof builtIn
type Flat<Kind> = Kind extends QdiscKind<infer Name, infer Options> ? { readonly kind: Name } & Options : never

/** A kind of qdisc with its options. */
export type QdiscOptions = { readonly [Name in keyof BuiltIn]: Flat<BuiltIn[Name]> }[keyof BuiltIn]

const kinds = new Map<string, AnyQdiscKind>(Object.values<AnyQdiscKind>(builtIn).map((kind) => [kind.kind, kind]))

/** The kind of a name; `undefined` for one that the SDK does not know. */
export function qdiscKind(name: string): AnyQdiscKind | undefined {
  return kinds.get(name)
}

/** All known kinds. */
export function qdiscKinds(): Iterable<AnyQdiscKind> {
  return kinds.values()
}
