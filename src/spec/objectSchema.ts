import * as v from 'valibot'
import { strictObject } from './domainSchema.js'

/** One schema for every property of `T`, so that interface and schema cannot drift apart. */
export type Entries<T> = { readonly [Name in keyof T]-?: v.GenericSchema<Exclude<T[Name], undefined>> }

/** The schema of an object of a spec: unknown keys are errors, and only what is required must be given. */
export function objectSchema<T extends object>(
  entries: Entries<T>,
  required: readonly (keyof T & string)[] = [],
): v.GenericSchema<T> {
  const all: v.ObjectEntries = {}
  for (const name of Object.keys(entries) as (keyof T & string)[]) {
    all[name] = required.includes(name) ? entries[name] : v.exactOptional(entries[name])
  }
  return strictObject(all) as unknown as v.GenericSchema<T>
}
