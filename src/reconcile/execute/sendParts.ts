import type { RequestOptions } from '../../netlink/exchange.js'
import { prepareConfiguration, preparePort, sendConfiguration, sendPort } from '../../rtnetlink/configureLink.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import { linkOptionsOf } from '../../rtnetlink/linkProperties.js'
import { learnIndices } from '../observe/observeFew.js'
import type { Parts } from '../steps/configure.js'
import type { Place } from '../world/place.js'

type Places = ReadonlyMap<string, Place>

/** Has generic netlink do its part with a link. */
export async function configureLink(
  { link, configuration }: Parts,
  place: Place,
  places: Places,
  request: RequestOptions,
): Promise<void> {
  const { options } = configuration
  const byIndex = options && linkKind(link.kind ?? '')?.generic?.byIndex
  await learn([...(byIndex ? [link.name] : []), ...(options ? namedBy(link.kind, options) : [])], place, request)
  const build = await prepareConfiguration(link, configuration, place.generic, request)
  await sendConfiguration(link, configuration, build(place.context(places)), place.generic, request)
}

/** Has generic netlink do its part with a link that is a port by now. */
export async function configurePort(
  { name }: Parts['link'],
  port: NonNullable<Parts['port']>,
  place: Place,
  places: Places,
  request: RequestOptions,
): Promise<void> {
  const { master } = port
  await learn([name, ...(master === undefined ? [] : [master])], place, request)
  const build = await preparePort(name, master, port, place.generic, request)
  await sendPort(port, build(place.context(places)), place.generic, request)
}

/** Learns the indices of links that were made meanwhile. */
async function learn(names: readonly string[], place: Place, request: RequestOptions): Promise<void> {
  const unknown = names.filter((name) => !place.indices.has(name))
  if (unknown.length > 0) await learnIndices(place, unknown, request)
}

/** The links that options of a kind name. */
function namedBy(kind = '', options: object): string[] {
  const values = new Map<string, unknown>(Object.entries(options))
  return linkOptionsOf(kind)
    .map((option) => values.get(option))
    .filter((value) => typeof value === 'string')
}
