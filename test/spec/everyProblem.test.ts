import test from 'ava'
import { problemsOf } from '../helpers/problemsOf.js'

test('an entry that is wrong hides no contradiction of the others', (t) => {
  const problems = problemsOf({
    links: [
      { name: 'd0', kind: 'brigde' },
      { name: 'd1', addresses: ['10.0.0.1/24', '10.0.0.2/33'] },
      { name: 'd2', kind: 'tpa' },
    ],
    routes: [
      { to: '10.0.0.0/33', via: '10.0.0.1' },
      { to: '10.1.0.0/16', dev: 'd2' },
      { to: '10.1.0.0/16', dev: 'd0' },
    ],
    namespaces: { 'a~b': { neighbors: [{ dev: 'd0', address: 'x' }], rules: [{}, { from: 'fd00::1/64', table: 1 }] } },
  })
  t.deepEqual(problems.map(({ path }) => path).sort(), [
    '/links/0/kind',
    '/links/1/addresses/1',
    '/links/2/kind',
    '/namespaces/a~0b/neighbors/0/address',
    '/namespaces/a~0b/rules/0',
    '/namespaces/a~0b/rules/1/from',
    '/routes/0/to',
  ])
})
