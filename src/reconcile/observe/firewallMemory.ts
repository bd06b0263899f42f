import type { FirewallState } from '../../state/model.js'
import { isLastingIdentity } from '../../system/namespaceIdentity.js'
import type { Place } from '../world/place.js'

/** Tables as they were at a generation of the ruleset. */
interface Remembered {
  readonly generation: number
  readonly state: FirewallState
}

/** As many tables are remembered, the last ones that were used. */
const capacity = 16

const memory = new Map<string, Remembered>()

function keyOf(place: Place, table: string): string | undefined {
  if (place.inMemory || !isLastingIdentity(place.identity)) return undefined
  return `${place.identity} ${table}`
}

/** The tables of a name as they were read or made before, if nothing was changed since. */
export function recalledFirewall(place: Place, table: string, generation: number): FirewallState | undefined {
  const key = keyOf(place, table)
  const remembered = key === undefined ? undefined : memory.get(key)
  if (key === undefined || remembered?.generation !== generation) return undefined
  memory.delete(key)
  memory.set(key, remembered)
  return remembered.state
}

/**
 * Remembers the tables of a name. The kernel counts up the generation with each change, whoever makes it, so that they
 * need not be read again as long as it is the same: thousands of elements are read and compared for nothing otherwise.
 */
export function rememberFirewall(place: Place, generation: number, state: FirewallState): void {
  const key = keyOf(place, state.table)
  if (key === undefined) return
  memory.delete(key)
  memory.set(key, { generation, state })
  for (const oldest of memory.keys()) {
    if (memory.size <= capacity) break
    memory.delete(oldest)
  }
}
