import test from 'ava'
import { problemsOf } from '../helpers/problemsOf.js'

test('words of other programs are answered with those of a spec', (t) => {
  const problems = problemsOf({
    interfaces: [],
    links: [{ name: 'bond0', type: 'bond', bond: { miimon: 100 } }],
    routes: [
      { to: 'default', gateway: '10.0.0.1' },
      { to: 'default', metric: 5, dst: 'default', via: '10.0.0.1' },
    ],
    rules: [{ lookup: 100, preference: 7 }],
    fdb: [{ dev: 'd0', lladdr: '02:00:00:00:00:01', mac: '02:00:00:00:00:01' }],
  })
  t.deepEqual(
    problems
      .filter(({ hint }) => hint !== undefined)
      .map(({ path, hint }) => [path, hint])
      .sort(),
    [
      ['/fdb/0/lladdr', 'did you mean mac?'],
      ['/interfaces', 'did you mean links?'],
      ['/links/0/bond/miimon', 'did you mean miiInterval?'],
      ['/links/0/type', 'did you mean kind?'],
      ['/routes/0/gateway', 'did you mean via?'],
      ['/routes/1/dst', 'did you mean to?'],
      ['/rules/0/lookup', 'did you mean table?'],
      ['/rules/0/preference', 'did you mean priority?'],
    ],
  )
})
