import { addToGroup, grouped } from '../../grouped.js'
import { nearPeerOf, peerOf } from '../../rtnetlink/pair.js'
import type { PlannedStep } from '../steps/step.js'

/** A link that a step makes. */
export interface MadeLink {
  readonly name: string
  readonly kind: string | undefined
}

/** The other ends of pairs that steps lead into another namespace, by that. */
export function ledPeers(steps: readonly PlannedStep[]): ReadonlyMap<string, readonly MadeLink[]> {
  const peers = new Map<string, MadeLink[]>()
  for (const { operation } of steps) {
    if (operation.type !== 'createLink') continue
    const { kind } = operation.link
    const { name, namespace } = peerOf(operation.link) ?? {}
    if (name !== undefined && namespace !== undefined) addToGroup(peers, namespace, { name, kind })
  }
  return peers
}

/**
 * The links that come by the steps of a namespace, the other ends of pairs among them, with the kinds that they get.
 * @param led the ends that others lead into it
 */
export function madeLinks(
  steps: readonly PlannedStep[],
  led: readonly MadeLink[],
): ReadonlyMap<string, readonly string[]> {
  const own = steps.flatMap(({ operation }): MadeLink[] => {
    if (operation.type === 'renameLink') return [{ name: operation.to, kind: operation.kind }]
    if (operation.type !== 'createLink') return []
    const { name, kind } = operation.link
    const peer = nearPeerOf(operation.link)
    return [{ name, kind }, ...(peer === undefined ? [] : [{ name: peer, kind }])]
  })
  const byName = [...grouped([...own, ...led], ({ name }) => name)]
  return new Map(byName.map(([name, links]) => [name, links.map(({ kind = '' }) => kind)]))
}
