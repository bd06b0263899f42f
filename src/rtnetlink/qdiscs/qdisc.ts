import { nearest } from '../../nearest.js'
import { Payload } from '../../netlink/bytes.js'
import { type DecodeContext, type EncodeContext, withoutNames } from '../../netlink/codec.js'
import { InvalidValue, invalidIn, invalidUnder } from '../../netlink/invalidValue.js'
import {
  buildMessage,
  decodeMessage,
  type NetlinkMessage,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
} from '../../netlink/message.js'
import { AF_UNSPEC, RTM_DELQDISC, RTM_GETQDISC, RTM_NEWQDISC } from '../constants.js'
import { rawTrafficLayout, trafficLayout } from './attributes.js'
import { canonicalHandle, formatHandle, majorOf, minorOf, parseHandle } from './handle.js'
import { type AnyQdiscKind, checkValues } from './kind.js'
import { type QdiscOptions, qdiscKind, qdiscKinds } from './registry.js'

/** Where a qdisc is. */
export interface QdiscPlace {
  /** The link, by name or index. */
  readonly dev: string | number
  /** `root`, `ingress`, or the class that it is the leaf of, such as `1:10`. Default: where the kind belongs. */
  readonly parent?: string
  /** Its own name, such as `1:`. Default: one that the kernel chooses. */
  readonly handle?: string
}

/** A queueing discipline of a link: `tc qdisc`, man tc(8). */
export type Qdisc = QdiscPlace & (QdiscOptions | OpaqueQdisc)

/** One of a kind that the SDK does not know: its options stay as the kernel told them. */
export interface OpaqueQdisc {
  readonly kind: 'opaque'
  /** The kernel's name of the kind. */
  readonly name: string
  readonly bytes: Uint8Array
}

/** A qdisc as the kernel lists it. */
export type ListedQdisc = QdiscPlace & {
  /** The index of the link. */
  readonly index: number
  readonly parent: string
  /** `0:` for one that the kernel put there by itself. */
  readonly handle: string
} & (QdiscOptions | OpaqueQdisc)

/** RTM_NEWQDISC that creates; it takes the place of the kernel's default: `tc qdisc add`. */
export function newQdisc(qdisc: Qdisc, context?: EncodeContext): NetlinkMessage {
  return qdiscMessage(NLM_F_CREATE | NLM_F_EXCL, 'create', qdisc, context)
}

/** RTM_NEWQDISC that creates, or changes one that is there if it is of the kind: `tc qdisc replace`. */
export function replaceQdisc(qdisc: Qdisc, context?: EncodeContext): NetlinkMessage {
  return qdiscMessage(NLM_F_CREATE | NLM_F_REPLACE, 'replace', qdisc, context)
}

/**
 * RTM_NEWQDISC that changes one that is there: `tc qdisc change`. A `tbf`, a `netem` and a fifo take all that is left
 * out for their defaults; the others leave it as it is.
 */
export function changeQdisc(qdisc: Qdisc, context?: EncodeContext): NetlinkMessage {
  return qdiscMessage(0, 'change', qdisc, context)
}

/** RTM_DELQDISC, with its classes and filters; the kernel's default takes its place: `tc qdisc delete`. */
export function deleteQdisc(
  { dev, parent = 'root', handle }: QdiscPlace,
  context: EncodeContext = withoutNames,
): NetlinkMessage {
  return buildMessage({
    layout: rawTrafficLayout,
    type: RTM_DELQDISC,
    flags: 0,
    subject: `${qdiscSubject(dev, parent)}: delete`,
    header: headerOf(dev, handle ?? '0:', parent, context),
    context,
  })
}

/** RTM_GETQDISC of all links: `tc qdisc show`. */
export function dumpQdiscs(): NetlinkMessage {
  return buildMessage({
    layout: rawTrafficLayout,
    type: RTM_GETQDISC,
    flags: 0,
    subject: 'qdiscs: list',
    header: headerOf(0, '0:', '0:', withoutNames),
    context: withoutNames,
  })
}

/** The fixed header of a message about a qdisc or a class. */
export function headerOf(dev: string | number, handle: string, parent: string, context: EncodeContext) {
  const index = typeof dev === 'number' ? dev : context.linkIndex(dev)
  return { family: AF_UNSPEC, index, handle, parent, info: 0 }
}

function qdiscSubject(dev: string | number, parent: string): string {
  return `qdisc dev ${dev} ${parent === 'root' || parent === 'ingress' ? parent : `parent ${parent}`}`
}

/** The options of a qdisc or a class, without its place. */
export function optionsOfPlaced(placed: object): object {
  const place = new Set(['dev', 'parent', 'handle', 'kind', 'index', 'id', 'qdisc', 'classes', 'leaf'])
  return Object.fromEntries(Object.entries(placed).filter(([name, value]) => !place.has(name) && value !== undefined))
}

function qdiscMessage(
  flags: number,
  verb: string,
  qdisc: Qdisc,
  context: EncodeContext = withoutNames,
): NetlinkMessage {
  if (qdisc.kind === 'opaque') return opaqueMessage(flags, verb, qdisc, context)
  const kind = qdiscKind(qdisc.kind)
  if (!kind) throw unknownKind(qdisc.kind)
  const { dev, parent = kind.place ?? 'root', handle = '0:' } = qdisc
  const given = optionsOfPlaced(qdisc)
  const subject = `${qdiscSubject(dev, parent)}: ${verb} ${kind.kind}`
  const options = completed(kind, given, subject)
  return buildMessage({
    layout: trafficLayout(kind.options),
    type: RTM_NEWQDISC,
    flags,
    subject,
    // That of ingress is always the same, and the kernel takes no other.
    header: headerOf(dev, kind.place === 'ingress' ? 'ffff:' : handle, parent, context),
    attributes: { kind: kind.kind, ...(Object.keys(options).length > 0 ? { options } : {}) },
    context,
  })
}

function completed(kind: AnyQdiscKind, given: object, subject: string): object {
  if (!kind.completed) return given
  try {
    checkValues(kind.options.domain, given)
  } catch (error) {
    throw invalidIn(subject, invalidUnder('options', error))
  }
  return kind.completed(given, {})
}

function unknownKind(kind: unknown): InvalidValue {
  const known = [...qdiscKinds()].map((one) => one.kind)
  const meant = typeof kind === 'string' ? nearest(kind, known) : undefined
  const hint = meant === undefined ? `; there are ${known.join(', ')}` : `; did you mean ${meant}?`
  const shown = typeof kind === 'string' ? JSON.stringify(kind) : String(kind)
  return new InvalidValue(['kind'], `${shown} is no kind of qdisc that can be told${hint}`, 'qdisc')
}

function opaqueMessage(
  flags: number,
  verb: string,
  { dev, parent = 'root', handle = '0:', name, bytes }: QdiscPlace & OpaqueQdisc,
  context: EncodeContext,
): NetlinkMessage {
  return buildMessage({
    layout: rawTrafficLayout,
    type: RTM_NEWQDISC,
    flags,
    subject: `${qdiscSubject(dev, parent)}: ${verb} ${name}`,
    header: headerOf(dev, handle, parent, context),
    attributes: { kind: name, ...(bytes.length > 0 ? { options: bytes } : {}) },
    context,
  })
}

/** Reads the body of an RTM_NEWQDISC or RTM_DELQDISC. */
export function decodeQdisc(body: Payload, context: DecodeContext = withoutNames): ListedQdisc {
  const { header, attributes } = decodeMessage(rawTrafficLayout, body, context)
  const { kind: name = '', options: bytes = new Uint8Array() } = attributes
  const place = {
    dev: context.linkName(header.index),
    parent: header.parent,
    handle: header.handle,
    index: header.index,
  }
  const kind = qdiscKind(name)
  if (!kind) return { ...place, kind: 'opaque', name, bytes }
  try {
    const options = kind.options.decode(new Payload(bytes), context)
    return { ...place, kind: kind.kind, ...withMajor(withoutNone(kind, options), header.handle) } as ListedQdisc
  } catch {
    // A malformed one spoils itself alone.
    return { ...place, kind: 'opaque', name, bytes }
  }
}

/** Options but for values by which the kernel says that there is none. */
function withoutNone({ none }: AnyQdiscKind, options: object): object {
  if (!none) return options
  const values = new Map<string, unknown>(Object.entries(none))
  return Object.fromEntries(Object.entries(options).filter(([name, value]) => values.get(name) !== value))
}

/** The default class of an HTB by its whole name. */
function withMajor(options: { readonly default?: string }, handle: string): object {
  if (options.default === undefined) return options
  const major = (parseHandle(majorOf(handle)) ?? 0) >>> 0
  return { ...options, default: formatHandle((major | minorOf(options.default)) >>> 0) }
}

/** Whether the kernel put a qdisc there by itself: net/sched/sch_generic.c gives those no handle. */
export function isDefaultQdisc({ handle }: Pick<ListedQdisc, 'handle'>): boolean {
  return canonicalHandle(handle) === '0:'
}
