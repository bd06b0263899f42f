import * as v from 'valibot'
import { type AnySchema, refusingCollections, strictObject } from './domainSchema.js'

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

/** Names that valibot's records pass over in silence, so that a program is not led astray: its `_isValidObjectKey`. */
const passedOver = new Set(['__proto__', 'prototype', 'constructor'])

const nothing = v.strictObject({})

/** A schema of an object whose keys are the user's: the keys that valibot would pass over are as unknown as any. */
export function withUserKeys<Schema extends AnySchema>(schema: Schema): Schema {
  return refusingCollections({
    ...schema,
    '~run': (dataset, config) => {
      const { value: input } = dataset
      const own = typeof input === 'object' && input !== null ? Object.entries(input) : []
      const refused = own.filter(([key]) => passedOver.has(key))
      const result = schema['~run'](dataset, config)
      if (refused.length === 0) return result
      const { issues = [] } = nothing['~run']({ value: Object.fromEntries(refused) }, config)
      return { ...result, typed: false, issues: [...(result.issues ?? []), ...issues] }
    },
  })
}
