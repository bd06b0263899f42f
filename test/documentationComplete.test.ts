// What there is is told of in the guides: whoever adds an option, a property, a kind or a code also writes it down there.
import { readFileSync } from 'node:fs'
import test from 'ava'
import { propertiesDeclared, textsDeclared } from './helpers/declared.js'
import { inRepository } from './helpers/repository.js'

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly $defs?: Readonly<Record<string, Schema>>
}

const schema: Schema = JSON.parse(readFileSync(inRepository('schema/linkwright.schema.json'), 'utf8'))
const propertiesOf = (definition: string): string[] => Object.keys(schema.$defs?.[definition]?.properties ?? {})

const options = 'src/reconcile/options/options.ts'
const matrix: readonly (readonly [what: string, page: string, names: readonly string[]])[] = [
  ['keys of a spec', 'spec.md', Object.keys(schema.properties ?? {})],
  ['properties of a route', 'routes.md', propertiesOf('route')],
  ['properties of a rule', 'routes.md', propertiesOf('rule')],
  ['properties of a neighbor', 'routes.md', propertiesOf('neighbor')],
  ['properties of a nexthop object', 'nexthops.md', propertiesOf('nexthop')],
  ['properties of a link', 'spec.md', propertiesOf('link')],
  ['properties of an address', 'spec.md', propertiesDeclared('src/spec/types.ts', 'AddressSpec')],
  ...['PlaceOptions', 'SnapshotOptions', 'PlanOptions', 'ApplyOptions'].map(
    (name) => [name, 'spec.md', propertiesDeclared(options, name)] as const,
  ),
  ['WatchOptions', 'spec.md', propertiesDeclared('src/reconcile/watch/drift.ts', 'WatchOptions')],
  ['codes of errors', 'errors.md', textsDeclared('src/error.ts', 'OwnErrorCode')],
  ['fields of errors', 'errors.md', propertiesDeclared('src/error.ts', 'NetworkErrorDetails')],
  ['what undoing tells', 'errors.md', propertiesDeclared('src/error.ts', 'RollbackReport')],
  ['selections of events', 'imperative.md', propertiesDeclared('src/network/event.ts', 'EventSelection')],
  ['kinds of events', 'imperative.md', textsDeclared('src/network/event.ts', 'NetworkEvent')],
  ['kinds of changes', 'imperative.md', textsDeclared('src/network/event.ts', 'NetworkChange')],
]

for (const [what, page, names] of matrix) {
  test(`docs/${page} names ${what}`, (t) => {
    t.not(names.length, 0)
    const told = new Set(codesOf(readFileSync(inRepository(`docs/${page}`), 'utf8')))
    t.deepEqual(
      names.filter((name) => !told.has(name)),
      [],
    )
  })
}

test('docs/cli.md names every option of the command line', (t) => {
  const source = readFileSync(inRepository('src/cli/run.ts'), 'utf8')
  const names = [...source.matchAll(/(--[a-z-]+)[ '<]/g)].map(([, name]) => name ?? '')
  t.true(names.length > 10)
  const page = readFileSync(inRepository('docs/cli.md'), 'utf8')
  t.deepEqual(
    names.filter((name) => !page.includes(`\`${name}`)),
    [],
  )
})

/** What stands in code within a line, and the words of it. */
function codesOf(page: string): string[] {
  return [...page.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => [code, ...code.split(/[^\w$]+/)])
}
