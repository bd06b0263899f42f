import * as v from 'valibot'
import { htbClassOptions } from '../rtnetlink/qdiscs/htbClass.js'
import { qdiscKind } from '../rtnetlink/qdiscs/registry.js'
import { type AnySchema, handleSchema, optionsSchema, strictObject } from './domainSchema.js'
import type { QdiscSpec } from './qdiscTypes.js'

/** The kinds that packets can wait in without classes. */
export const leafKinds = ['tbf', 'fq_codel', 'fq', 'netem', 'pfifo', 'bfifo', 'sfq'] as const

function entriesOf(schema: AnySchema): v.ObjectEntries {
  return 'entries' in schema ? (schema.entries as v.ObjectEntries) : {}
}

function kindSchema(kind: string, more: v.ObjectEntries = {}): AnySchema {
  const domain = qdiscKind(kind)?.options.domain ?? { type: 'bytes' }
  return strictObject({
    kind: v.literal(kind),
    handle: v.exactOptional(handleSchema),
    ...entriesOf(optionsSchema(domain)),
    ...more,
  })
}

const leaves = leafKinds.map((kind) => kindSchema(kind))
const leaf = v.variant('kind', leaves as never) as unknown as AnySchema

const classSchema = strictObject({
  id: handleSchema,
  parent: v.exactOptional(handleSchema),
  ...entriesOf(optionsSchema(htbClassOptions.domain, ['rate'])),
  qdisc: v.exactOptional(v.nullable(leaf)),
})

/** The schema of a link's qdisc, from the tables of its kinds. */
export const qdiscSchema = v.variant('kind', [
  ...leaves,
  kindSchema('htb', { classes: v.exactOptional(v.array(classSchema)) }),
] as never) as unknown as v.GenericSchema<QdiscSpec>
