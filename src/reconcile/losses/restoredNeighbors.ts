import type { DesiredNetwork } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { isLastingNeighbor, neighborKey } from '../../state/neighbor.js'
import { asItWas } from './asItWas.js'

/** The neighbors that go with links and come back, as a wish. */
export function restoredNeighbors(
  desired: DesiredNetwork,
  actual: NetworkState,
  recreated: ReadonlySet<string>,
  bounced: ReadonlySet<string>,
): DesiredNetwork['neighbors'] {
  const named = new Set(desired.neighbors.map(({ neighbor }) => neighborKey(neighbor)))
  return actual.neighbors
    .filter(isLastingNeighbor)
    .filter(({ dev }) => typeof dev === 'string' && (recreated.has(dev) || bounced.has(dev)))
    .filter((neighbor) => !named.has(neighborKey(neighbor)))
    .map((neighbor) => ({ absent: false, neighbor: asItWas(neighbor) }))
}
