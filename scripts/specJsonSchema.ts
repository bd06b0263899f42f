import { toJsonSchema } from '@valibot/to-json-schema'
import type { AnySchema } from '../src/spec/domainSchema.js'
import { routeFileSchema, routeSchema, specSchema } from '../src/spec/schema.js'

/**
 * The JSON Schema of a spec, for editors. It is looser than the validator: what only a function can check, such as
 * whether a text is an IP address, is left out of it.
 */
export function specJsonSchema(): string {
  const schema = specSchema()
  const definitions = {
    link: itemOf(schema, 'links'),
    route: routeSchema,
    routeFile: routeFileSchema,
    nexthop: itemOf(schema, 'nexthops'),
    rule: itemOf(schema, 'rules'),
    neighbor: itemOf(schema, 'neighbors'),
  }
  // Language servers for YAML know draft 7 best.
  const json = toJsonSchema(schema, { target: 'draft-07', errorMode: 'ignore', definitions, overrideSchema })
  const { $schema, ...rest } = json
  const text = { $schema, title: 'linkwright: what a network should look like', ...rest }
  return `${JSON.stringify(text, undefined, 2)}\n`
}

/** The schema of the items of a list in a spec. It stands in two places, which are to refer to one definition. */
function itemOf(schema: AnySchema, list: string): AnySchema {
  const item = property(property(property(property(schema, 'entries'), list), 'wrapped'), 'item')
  if (!isSchema(item)) throw new TypeError(`the schema of a spec has no list ${list}`)
  return item
}

/** An entry of the list of routes is a file by its look; valibot decides by a function, JSON Schema by a condition. */
function overrideSchema({ valibotSchema }: { readonly valibotSchema: { readonly type: string } }) {
  if (valibotSchema.type !== 'lazy') return undefined
  return {
    if: { required: ['file'] },
    // biome-ignore lint/suspicious/noThenProperty: it is a word of JSON Schema
    then: { $ref: '#/$defs/routeFile' },
    else: { $ref: '#/$defs/route' },
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function isSchema(value: unknown): value is AnySchema {
  return property(value, 'kind') === 'schema'
}
