import * as v from 'valibot'
import { integer, strictObject } from './domainSchema.js'
import { knownSysctls, type SysctlValues } from './knownSysctls.js'
import { withUserKeys } from './objectSchema.js'
import type { LinkSysctlSpec } from './types.js'

/** What a setting that is not well known can be. */
const anyValue = v.union([v.boolean(), v.pipe(v.number(), v.integer()), v.pipe(v.string(), v.nonEmpty())])

function settings(known: Readonly<Record<string, SysctlValues>>): v.GenericSchema<Readonly<Record<string, unknown>>> {
  const entries = Object.entries(known).map(([name, values]) => [
    name,
    v.exactOptional(values === 'boolean' ? v.boolean() : integer(...values)),
  ])
  return withUserKeys(v.objectWithRest(Object.fromEntries(entries) as v.ObjectEntries, anyValue))
}

/** The schema of a link's settings: the well-known ones by what they can be, and all others as they are. */
export const sysctlSchema: v.GenericSchema<LinkSysctlSpec> = strictObject({
  ipv4: v.exactOptional(settings(knownSysctls.ipv4)),
  ipv6: v.exactOptional(settings(knownSysctls.ipv6)),
}) as unknown as v.GenericSchema<LinkSysctlSpec>
