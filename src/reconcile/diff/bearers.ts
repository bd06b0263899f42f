import { visibleAltNames } from '../../state/link.js'
import type { Losses } from '../losses/losses.js'

/**
 * The links that keep a name, or are to get it, by that name: no two have one in common.
 *
 * @param losses what is wanted and what is there, once what is made anew is gone
 */
export function bearersOf({ desired: { links }, actual }: Losses): ReadonlyMap<string, string> {
  const wanted = new Map(links.map((link) => [link.name, link]))
  const bearers = new Map<string, string>()
  const note = (altNames: readonly string[], name: string): void => {
    for (const altName of altNames) bearers.set(altName, name)
  }
  const staying = [...actual.links.values()].filter(({ link }) => !wanted.get(link.name)?.absent)
  // Who keeps a name counts before whoever is to get it.
  for (const { name, absent, properties } of links) if (!absent) note(visibleAltNames(properties), name)
  for (const { link } of staying) {
    if (!wanted.get(link.name)?.properties.altNames) note(visibleAltNames(link), link.name)
  }
  for (const { link } of staying) bearers.set(link.name, link.name)
  return bearers
}
