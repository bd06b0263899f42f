import { attributeTable } from '../../netlink/table.js'
import { defineQdiscKind } from './kind.js'

/** A place for filters has no options. */
export type NoQdiscOptions = Readonly<Record<never, never>>

const none = attributeTable<NoQdiscOptions>({})

/** `tc qdisc add … ingress`: a place for filters of what comes in. */
export const ingress = defineQdiscKind({ kind: 'ingress', options: none, place: 'ingress', words: () => [] })
/** `tc qdisc add … clsact`: a place for filters of what comes in and of what goes out. */
export const clsact = defineQdiscKind({ kind: 'clsact', options: none, place: 'ingress', words: () => [] })
