// The declarative side in a throw-away network namespace: plan, apply, apply again, change one thing, remove it.
// expect: /^\+ link br0$/
// expect: /^first apply: 2 steps$/
// expect: /^second apply: nothing to do$/
// expect: /^~ link br0: mtu 1500 -> 1400/
// expect: /^links left: lo$/
import { apply, plan, type Result, type Spec, snapshot } from 'linkwright'
import { withNamespace } from 'linkwright/testing'

const spec: Spec = {
  links: [{ name: 'br0', kind: 'bridge', up: true, addresses: ['10.0.0.1/24'] }],
}

await withNamespace(async ({ reference: namespace }) => {
  const options = { namespace }
  console.log(String(value(await plan(spec, options))))

  const first = value(await apply(spec, options))
  console.log(`first apply: ${first.steps.length} steps`)
  const second = value(await apply(spec, options))
  console.log(`second apply: ${second.changed ? 'changed something' : 'nothing to do'}`)

  // A spec is merged: the address, which this one does not name, stays.
  const smaller = value(await plan({ links: [{ name: 'br0', mtu: 1400 }] }, options))
  console.log(String(smaller))
  // The very plan that was looked at; had the network changed meanwhile, this would be the error STALE_PLAN.
  value(await apply(smaller, options))

  value(await apply({ links: [{ name: 'br0', absent: true }] }, options))
  const left = value(await snapshot(options)).links ?? []
  console.log(`links left: ${left.map(({ name }) => name).join(', ')}`)
})

/** The value of a success; a failure ends the program. */
function value<T>(result: Result<T>): T {
  if (result.err) throw result.val
  return result.val
}
