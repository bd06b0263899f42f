import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import { formerNetworksIn, type JournalRecords } from './records.js'

/** Whether an apply that was cut off made a link, or was about to, by the namespace and the link's name. */
export type HalfMade = (namespace: string, link: string) => boolean

/** The same, of namespaces as a journal knows them. */
export type HalfMadeIn = (identity: string | undefined, namespace: string, link: string) => boolean

/** What a journal says of links that were not there before. */
export function halfMadeOf(content: JournalRecords): HalfMadeIn {
  const { begin } = content
  const networks = formerNetworksIn(content)
  const missing = new Map(
    begin.namespaces.map(({ name, identity }) => {
      const links = networks[name]?.links ?? []
      return [identity, new Set(links.flatMap((link) => (link.absent ? [link.name] : [])))] as const
    }),
  )
  return (identity, namespace, link) =>
    begin.creates.includes(namespace) || (identity !== undefined && (missing.get(identity)?.has(link) ?? false))
}

/** What is wanted, where links that were only half made count as new: they get their maker's mark, and go up unless wanted down. */
export function withHalfMade(
  networks: ReadonlyMap<string, DesiredNetwork>,
  isHalfMade: HalfMade,
): Map<string, DesiredNetwork> {
  const finished = (link: DesiredLink): DesiredLink => {
    return { ...link, halfMade: true, properties: { ...link.properties, up: link.properties.up ?? true } }
  }
  return new Map(
    [...networks].map(([namespace, network]) => {
      const links = network.links.map((link) =>
        !link.absent && isHalfMade(namespace, link.name) ? finished(link) : link,
      )
      return [namespace, { ...network, links }]
    }),
  )
}
