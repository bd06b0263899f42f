import test from 'ava'
import { problemsOf } from '../helpers/problemsOf.js'

/** Texts that the kernel would give back as other ones, by where a spec has them. */
const texts: readonly (readonly [path: string, specOf: (text: string) => unknown])[] = [
  ['/links/0/alias', (alias) => ({ links: [{ name: 'd0', alias }] })],
  ['/links/0/altNames/1', (name) => ({ links: [{ name: 'd0', altNames: ['x', name] }] })],
  ['/links/0/match/altName', (altName) => ({ links: [{ name: 'd0', match: { altName } }] })],
  ['/links/0/addresses/0/label', (label) => ({ links: [{ name: 'd0', addresses: [{ address: '10.0.0.1', label }] }] })],
  ['/links/0/veth/peer/name', (name) => ({ links: [{ name: 'd0', kind: 'veth', veth: { peer: { name } } }] })],
  ['/links/0/batadv/algorithm', (algorithm) => ({ links: [{ name: 'd0', batadv: { algorithm } }] })],
  ['/routes/0/congestion', (congestion) => ({ routes: [{ to: '10.0.0.0/8', dev: 'd0', congestion }] })],
]

for (const [path, specOf] of texts) {
  test(`refused: text at ${path} that is not whole`, (t) => {
    t.like(problemsOf(specOf('a\ud800')), {
      length: 1,
      0: { path, message: 'half of a surrogate pair is no character' },
    })
    t.like(problemsOf(specOf('a\0b')), { length: 1, 0: { path, message: 'a text of the kernel has no zero byte' } })
    t.deepEqual(problemsOf(specOf('a\u{1f980}')), [])
  })
}

test('refused: half a character in the name of a namespace', (t) => {
  const message = 'half of a surrogate pair is no character'
  t.deepEqual(problemsOf({ namespaces: { 'a\ud800': {} } }), [{ path: '/namespaces/a\ud800', message }])
})
