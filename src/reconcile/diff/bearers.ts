import type { DesiredLink } from '../../state/desired.js'
import { visibleAltNames } from '../../state/link.js'
import { eachInTurns } from '../../system/inTurns.js'
import type { Losses } from '../losses/losses.js'

/**
 * The links that keep a name, or are to get it, by that name: no two have one in common.
 *
 * @param losses what is wanted and what is there, once what is made anew is gone
 */
export async function bearersOf({ desired: { links }, actual }: Losses): Promise<ReadonlyMap<string, string>> {
  const wanted = new Map<string, DesiredLink>()
  const bearers = new Map<string, string>()
  const note = (altNames: readonly string[], name: string): void => {
    for (const altName of altNames) bearers.set(altName, name)
  }
  // Who keeps a name counts before whoever is to get it.
  await eachInTurns(links, (link) => {
    wanted.set(link.name, link)
    if (!link.absent) note(visibleAltNames(link.properties), link.name)
  })
  const staying = [...actual.links.values()].filter(({ link }) => !wanted.get(link.name)?.absent)
  await eachInTurns(staying, ({ link }) => {
    if (!wanted.get(link.name)?.properties.altNames) note(visibleAltNames(link), link.name)
  })
  await eachInTurns(staying, ({ link }) => bearers.set(link.name, link.name))
  return bearers
}
