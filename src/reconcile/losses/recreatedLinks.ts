import { isPairKind } from '../../rtnetlink/pair.js'
import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import { sameValue } from '../../state/equal.js'
import { linkDifferences } from '../../state/link.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'
import { eachInTurns } from '../../system/inTurns.js'
import { takenAlong } from '../reach/dependents.js'
import type { FarEnd } from './farEnd.js'

/**
 * The links that are made anew, with those that go and come back with them and what takes each of these along.
 *
 * @param also links that do so for another reason than what is wanted of them
 */
export async function recreatedLinks(
  desired: DesiredNetwork,
  actual: NetworkState,
  wanted: ReadonlyMap<string, DesiredLink>,
  also: ReadonlyMap<string, FarEnd> = new Map(),
): Promise<Map<string, string | undefined>> {
  const recreated = new Map<string, string | undefined>()
  const lost = (name: string, by: string | undefined): void => {
    if (wanted.get(name)?.absent) return
    const isKnown = recreated.has(name)
    if (!isKnown || by === undefined) recreated.set(name, by)
    if (!isKnown) for (const other of takenAlong(name, actual)) lost(other, name)
  }
  for (const [name, { by }] of also) lost(name, by)
  await eachInTurns(desired.links, (link) => {
    const record = actual.links.get(link.name)
    if (!record || link.absent) return
    const isAnew = linkDifferences(link.properties, record.link).some(({ immutable }) => immutable)
    if (isAnew || standsElsewhere(link, record)) lost(link.name, undefined)
  })
  return recreated
}

/** Whether what a link stands on is to be in another namespace than it is. */
function standsElsewhere({ elsewhere }: DesiredLink, { link, elsewhere: now }: LinkRecord): boolean {
  return elsewhere !== undefined && !isPairKind(link.kind) && !sameValue(elsewhere, now)
}
