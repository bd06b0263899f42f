import { addToGroup } from '../../grouped.js'
import { nearPeerOf, peerOf } from '../../rtnetlink/pair.js'
import { eachInTurns } from '../../system/inTurns.js'
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
export async function madeLinks(
  steps: readonly PlannedStep[],
  led: readonly MadeLink[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const kinds = new Map<string, string[]>()
  const note = ({ name, kind = '' }: MadeLink): void => addToGroup(kinds, name, kind)
  await eachInTurns(steps, ({ operation }) => {
    if (operation.type === 'renameLink') note({ name: operation.to, kind: operation.kind })
    if (operation.type !== 'createLink') return
    const { name, kind } = operation.link
    note({ name, kind })
    const peer = nearPeerOf(operation.link)
    if (peer !== undefined) note({ name: peer, kind })
  })
  for (const one of led) note(one)
  return kinds
}
