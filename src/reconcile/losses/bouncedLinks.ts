import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import { linkDifferences } from '../../state/link.js'
import type { NetworkState } from '../../state/model.js'
import { eachInTurns } from '../../system/inTurns.js'
import { wasPortOf } from './formerPort.js'

/** The links that go down and up again: some properties, and some masters, are changed only so. */
export async function bouncedLinks(
  desired: DesiredNetwork,
  actual: NetworkState,
  wanted: ReadonlyMap<string, DesiredLink>,
  recreated: ReadonlySet<string>,
): Promise<Set<string>> {
  const bounced = new Set<string>()
  await eachInTurns(desired.links, (link) => {
    const record = actual.links.get(link.name)
    if (!record?.link.up || link.absent || recreated.has(link.name) || link.properties.up === false) return
    const whileDown = (record.link.kind === undefined ? undefined : linkKind(record.link.kind))?.changedWhileDown ?? []
    const changed = linkDifferences(link.properties, record.link)
    if (changed.some(({ property, name }) => whileDown.includes(property) || whileDown.includes(name))) {
      bounced.add(link.name)
    }
    if (!changed.some(({ name }) => name === 'master')) return
    const former = portsGoDown(record.link.masterKind)
    if (former || portsGoDown(futureMasterKind(link, wanted, actual))) bounced.add(link.name)
  })
  if (recreated.size === 0) return bounced
  await eachInTurns([...actual.links.values()], ({ link }) => {
    const { absent, properties } = wanted.get(link.name) ?? {}
    const stays = link.up && !absent && properties?.up !== false && !recreated.has(link.name)
    if (stays && wasPortOf({ link }, recreated) && portsGoDown(link.masterKind)) bounced.add(link.name)
  })
  return bounced
}

function portsGoDown(kind: string | undefined): boolean {
  return (kind !== undefined && linkKind(kind)?.portsGoDown) ?? false
}

/** The kind of the master that a link is to have. */
function futureMasterKind(
  { properties: { master } }: DesiredLink,
  wanted: ReadonlyMap<string, DesiredLink>,
  actual: NetworkState,
): string | undefined {
  if (typeof master !== 'string') return undefined
  return wanted.get(master)?.properties.kind ?? actual.links.get(master)?.link.kind
}
