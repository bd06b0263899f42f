import test from 'ava'
import fc from 'fast-check'
import { parseDocument } from 'yaml'
import { placeInJson } from '../../src/cli/placeInJson.js'
import { commandLine, temporaryFile } from '../helpers/commandLine.js'

const json = `{
  "links": [
    { "name": "lo", "up": true },
    { "name": "br0", "mtu": "x" },
    {
      "brigde":
        { "a": ["}]", { "b": 1 }] },
      "kind": "bridge"
    }
  ],
  "routes": [{ "via": "y" }]
}
`

const yaml = `network:
  version: 2
links:
  - name: br0
    bridge:
      fowardDelay: 4
`

test('the problems of a JSON file are told with line and column', async (t) => {
  const file = temporaryFile(t, 'net.json', json)
  const { err } = await commandLine('plan', file)
  const places = [...err.matchAll(/:(\d+:\d+): error: (\S+): /g)].map(([, place, path]) => `${place} ${path}`)
  const expected = ['4:29 /links/1/mtu', '5:5 /links/2/name', '6:7 /links/2/brigde', '11:14 /routes/0/to']
  t.deepEqual(places.toSorted(), [...expected, '11:23 /routes/0/via'].toSorted())
})

test('a value that stands below its key is told with the place of the key', async (t) => {
  const { err } = await commandLine('plan', temporaryFile(t, 'net.yaml', yaml))
  t.regex(err, /net\.yaml:1:1: error: \/network: /)
  t.regex(err, /net\.yaml:6:20: error: \/links\/0\/bridge\/fowardDelay: /)
})

test('places in JSON are those of the parser that keeps them', (t) => {
  const key = fc.oneof(fc.constantFrom('a', 'b', '"', '\\', '}', '[', ','), fc.string())
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, fc.constantFrom(null, true, 1.5, '{', '"]', ''), tie('list'), tie('object')),
    list: fc.array(tie('value')),
    object: fc.dictionary(key, tie('value'), { noNullPrototype: true }),
  }))
  fc.assert(
    fc.property(value, fc.constantFrom('', ' '), (content, space) => {
      const source = JSON.stringify(content).replaceAll(',', `,${space}`)
      if (space !== '' && JSON.stringify(JSON.parse(source)) !== JSON.stringify(content)) return
      const document = parseDocument(source)
      for (const keys of pathsOf(content)) {
        const node: unknown = keys.length === 0 ? document.contents : document.getIn(keys, true)
        const [place] = (node as { range: [number] }).range
        t.is(placeInJson(source, keys), place, `${source} ${JSON.stringify(keys)}`)
      }
    }),
    { numRuns: 300 },
  )
})

function* pathsOf(content: unknown): Generator<(string | number)[]> {
  yield []
  if (typeof content !== 'object' || content === null) return
  for (const [key, inner] of Object.entries(content)) {
    for (const rest of pathsOf(inner)) yield [Array.isArray(content) ? Number(key) : key, ...rest]
  }
}
