import type { DesiredNetwork } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { desiredLink } from '../diff/lookup.js'
import { downWith } from '../reach/dependents.js'

/** Links that go down and up again, with those that do so along with them. */
export function withDownAlong(
  bounced: ReadonlySet<string>,
  recreated: ReadonlySet<string>,
  desired: DesiredNetwork,
  actual: NetworkState,
): ReadonlySet<string> {
  const down = new Set(bounced)
  for (const name of down) {
    for (const other of downWith(name, actual)) {
      const { absent, properties } = desiredLink({ desired }, other) ?? {}
      if (!recreated.has(other) && !absent && properties?.up !== false) down.add(other)
    }
  }
  return down
}
