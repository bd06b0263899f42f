import type { Problem } from '../../error.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import type { DesiredNetwork } from '../../state/desired.js'
import { visibleAltNames } from '../../state/link.js'
import type { NetworkState } from '../../state/model.js'
import { eachInTurns } from '../../system/inTurns.js'

/**
 * Notes what would make a link of another kind of one that only has an alternative name of that name: who asks for a new
 * bridge means no network card.
 */
export async function checkKindsOfAltNames(
  { links }: DesiredNetwork,
  state: NetworkState,
  problems: Problem[],
): Promise<void> {
  const byAltName = new Map<string, ListedLink>()
  await eachInTurns(state.links.values(), ({ link }) => {
    for (const altName of visibleAltNames(link)) byAltName.set(altName, link)
  })
  if (byAltName.size === 0) return
  for (const { name, absent, path, properties } of links) {
    const { kind } = properties
    const there = state.links.has(name) ? undefined : byAltName.get(name)
    if (absent || kind === undefined || !there || there.kind === kind) continue
    problems.push({
      path: path === undefined ? '' : `${path}/name`,
      message: `${name} is an alternative name of ${there.name}, ${there.kind ? `a ${there.kind}` : 'a device without a kind'}`,
      hint: `call it ${there.name} to make that anew as a ${kind}`,
    })
  }
}
