import { readFileSync } from 'node:fs'
import test from 'ava'
import { parse } from 'yaml'
import { specJsonSchema } from '../../scripts/specJsonSchema.js'
import { linkKinds } from '../../src/rtnetlink/kinds/registry.js'
import { inRepository } from '../helpers/repository.js'

const committed = readFileSync(inRepository('schema', 'linkwright.schema.json'), 'utf8')
const root: unknown = JSON.parse(committed)

test('the committed schema is the one that `npm run schema` writes', (t) => {
  t.is(committed, specJsonSchema())
})

test('the schema knows every kind of link', (t) => {
  for (const { kind, port } of linkKinds()) {
    t.truthy(at(root, '$defs', 'link', 'properties', kind), kind)
    if (port) t.truthy(at(root, '$defs', 'link', 'properties', `${kind}Port`), kind)
  }
})

test('the schema refers only to what it defines', (t) => {
  const references = [...committed.matchAll(/"\$ref": "#\/\$defs\/(\w+)"/g)].map(([, name = '']) => name)
  t.deepEqual([...new Set(references)].sort(), ['link', 'neighbor', 'nexthop', 'route', 'routeFile', 'rule'])
  for (const name of references) t.truthy(at(root, '$defs', name), name)
})

test('the demo fits the schema', (t) => {
  t.deepEqual(complaints(root, parse(readFileSync(inRepository('examples', 'demo.yaml'), 'utf8')), ''), [])
})

test('what does not fit the schema is told', (t) => {
  const spec = { links: [{ name: 'br0', mtu: 10, briqde: {} }], routes: [{ via: 1 }], forwarding: { ipv4: 'yes' } }
  t.deepEqual(complaints(root, spec, ''), [
    '/links/0/mtu is below 16',
    '/links/0/briqde is unknown',
    '/routes/0/to is missing',
    '/routes/0/via is no string',
    '/forwarding/ipv4 is no boolean',
  ])
})

/** What a value violates of a schema: as much of draft 7 as our schema uses. */
function complaints(schema: unknown, value: unknown, path: string): string[] {
  const reference = at(schema, '$ref')
  if (typeof reference === 'string') return complaints(at(root, ...reference.split('/').slice(1)), value, path)
  const condition = at(schema, 'if')
  if (condition !== undefined) {
    const branch = complaints(condition, value, path).length === 0 ? 'then' : 'else'
    return complaints(at(schema, branch), value, path)
  }
  const alternatives = at(schema, 'anyOf')
  if (Array.isArray(alternatives)) {
    const each = alternatives.map((one) => complaints(one, value, path))
    return each.find((found) => found.length === 0) ?? each.flat()
  }
  const type = at(schema, 'type')
  if (typeof type === 'string' && !isOfType(value, type)) return [`${path} is no ${type}`]
  const minimum = at(schema, 'minimum')
  if (typeof minimum === 'number' && Number(value) < minimum) return [`${path} is below ${minimum}`]
  const names = at(schema, 'enum')
  if (Array.isArray(names) && !names.includes(value)) return [`${path} is none of ${names.join(', ')}`]
  if (Array.isArray(value)) return value.flatMap((item, i) => complaints(at(schema, 'items'), item, `${path}/${i}`))
  return typeof value === 'object' && value !== null ? complaintsOfObject(schema, value, path) : []
}

function complaintsOfObject(schema: unknown, value: object, path: string): string[] {
  const required: unknown = at(schema, 'required')
  const missing = (Array.isArray(required) ? required : []).filter((name) => !Object.hasOwn(value, name))
  const others = at(schema, 'additionalProperties')
  return [
    ...missing.map((name) => `${path}/${name} is missing`),
    ...Object.entries(value).flatMap(([name, inner]) => {
      const known = at(schema, 'properties', name) ?? others
      return known === false ? [`${path}/${name} is unknown`] : complaints(known, inner, `${path}/${name}`)
    }),
  ]
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'null':
      return value === null
    default:
      return typeof value === type
  }
}

/** The value behind some keys, if it is there. */
function at(value: unknown, ...keys: string[]): unknown {
  let inner = value
  for (const key of keys) inner = typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined
  return inner
}
