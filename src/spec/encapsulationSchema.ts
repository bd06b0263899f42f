import * as v from 'valibot'
import type { Encapsulation } from '../rtnetlink/encapsulation/encapsulation.js'
import { encapsulationTables } from '../rtnetlink/encapsulation/tables.js'
import { integer, ipAddressSchema, optionsSchema, strictObject } from './domainSchema.js'

/** What must be said of an encapsulation. */
const required: Readonly<Record<Exclude<Encapsulation['type'], 'seg6'>, readonly string[]>> = {
  mpls: ['labels'],
  ip: [],
  ip6: [],
  seg6local: ['action'],
}

function entriesOf(type: keyof typeof required): v.ObjectEntries {
  const schema = optionsSchema(encapsulationTables[type].domain, required[type])
  const entries = 'entries' in schema && typeof schema.entries === 'object' ? schema.entries : {}
  return { type: v.literal(type), ...entries }
}

/** The schema of an encapsulation, from its tables. */
export const encapsulationSchema = v.variant('type', [
  strictObject(entriesOf('mpls')),
  strictObject(entriesOf('ip')),
  strictObject(entriesOf('ip6')),
  strictObject(entriesOf('seg6local')),
  strictObject({
    type: v.literal('seg6'),
    mode: v.picklist(['inline', 'encap', 'l2encap', 'encap.red', 'l2encap.red']),
    segments: v.pipe(v.array(ipAddressSchema('inet6')), v.minLength(1)),
    hmac: v.exactOptional(integer(1, 0xffffffff)),
    src: v.exactOptional(ipAddressSchema('inet6')),
    table: v.exactOptional(integer(1, 0xffffffff)),
  }),
] as never) as unknown as v.GenericSchema<Encapsulation>
