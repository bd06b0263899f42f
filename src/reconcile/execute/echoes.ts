import type { ReceivedMessage } from '../../netlink/message.js'
import { RTM_NEWROUTE } from '../../rtnetlink/constants.js'
import type { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { RouteReader } from '../../rtnetlink/packed/routeReader.js'
import type { DesiredRoute } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { routeOf } from '../../state/route.js'
import { bulkChanges } from '../diff/bulkChanges.js'
import { allRouteOperations } from '../diff/packedSteps.js'
import type { PlannedStep } from '../steps/step.js'
import type { Place } from '../world/place.js'

/** Above this share of a table its dump costs less than an echo of each change. */
const largestShare = 1 / 16

/**
 * What the kernel made of each route, as it tells when a message asks for an echo (NLM_F_ECHO): where few routes of
 * many are changed and nothing else, that shows as much as reading all of them again.
 */
export class Echoes {
  readonly #readers = new Map<string, RouteReader>()

  /** Whether steps are such that echoes are enough. */
  static suffice(steps: readonly PlannedStep[], before: ReadonlyMap<string, NetworkState>): boolean {
    const changed = new Map<string, number>()
    for (const { object, namespace = '', count = 1 } of steps) {
      if (object !== 'route') return false
      changed.set(namespace, (changed.get(namespace) ?? 0) + count)
    }
    return [...changed].every(([name, count]) => count < (before.get(name)?.bulk?.size ?? 0) * largestShare)
  }

  /** What takes the kernel's answers of a place. */
  of(place: Place): (reply: ReceivedMessage) => void {
    return (reply) => this.#take(place, reply)
  }

  #take(place: Place, reply: ReceivedMessage): void {
    if (reply.type !== RTM_NEWROUTE) return
    let reader = this.#readers.get(place.name)
    if (!reader) {
      const names = new Map([...place.indices].map(([name, index]) => [index, name]))
      reader = new RouteReader({ linkName: (index) => names.get(index) ?? index })
      this.#readers.set(place.name, reader)
    }
    const { bytes, view, start, end } = reply.body
    reader.add(bytes, view, start, end)
  }

  /** Whether the kernel showed everything that the steps made to be as it was told. */
  async confirm(steps: readonly PlannedStep[]): Promise<boolean> {
    for (const name of new Set(steps.map(({ namespace = '' }) => namespace))) {
      const own = steps.filter(({ namespace = '' }) => namespace === name)
      const wanted = await wishesOf(own)
      const shown = await (await this.#readers.get(name)?.finish())?.map(routeOf)
      if (wanted.size === 0) continue
      if (!shown) return false
      if ((await bulkChanges(wanted, shown, undefined)).size > 0) return false
    }
    return true
  }
}

async function wishesOf(steps: readonly PlannedStep[]): Promise<PackedRoutes<DesiredRoute>> {
  const made = await (await allRouteOperations(steps)).filter(({ type }) => type !== 'deleteRoute')
  return await made.map(({ route }) => ({ absent: false, route, stated: route }))
}
