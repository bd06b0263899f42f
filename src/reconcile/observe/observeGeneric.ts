import { NetworkError } from '../../error.js'
import { type Features, readAllFeatures, readFeatureNames, readFeatures } from '../../genetlink/ethtool/features.js'
import type { DecodeContext } from '../../netlink/codec.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { GenericReading } from '../../rtnetlink/kinds/generic.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import type { DesiredLink } from '../../state/desired.js'
import { sectionOf } from '../../state/link.js'
import type { NetworkState } from '../../state/model.js'
import { eachInTurns, mapInTurns } from '../../system/inTurns.js'
import type { Place } from '../world/place.js'

/** Which links' features of ethtool are read: a request for each, so that only those that are needed. */
export type FeatureSelection = 'all' | ((link: ListedLink) => boolean)

/** Adds to links what rtnetlink does not tell of them and generic netlink does. */
export async function withGeneric(
  place: Place,
  links: readonly ListedLink[],
  features: FeatureSelection | undefined,
  options: RequestOptions,
): Promise<readonly ListedLink[]> {
  const isGeneric = ({ kind }: ListedLink): boolean => kind !== undefined && linkKind(kind)?.generic !== undefined
  const own = links.some(isGeneric) ? await withOptions(place, links, options) : links
  return features ? await withFeatures(place, own, features, options) : own
}

/** What a link lacks meanwhile, or the caller may not see, is left out. */
const unseen: ReadonlySet<string> = new Set(['ENODEV', 'EPERM', 'EACCES', 'EOPNOTSUPP'])

async function orUnseen<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read
  } catch (error) {
    if (error instanceof NetworkError && unseen.has(error.code)) return undefined
    throw error
  }
}

async function withOptions(
  place: Place,
  links: readonly ListedLink[],
  request: RequestOptions,
): Promise<readonly ListedLink[]> {
  const names = new Map(links.map(({ index, name }) => [index, name]))
  const context: DecodeContext = { linkName: (index) => names.get(index) ?? index }
  const ofKinds = new Map<string, Promise<ReadonlyMap<number, GenericReading> | undefined>>()
  const read = async ({ name, kind = '', index }: ListedLink): Promise<GenericReading | undefined> => {
    const generic = linkKind(kind)?.generic
    if (!generic) return undefined
    if (!generic.readAll) return await orUnseen(generic.read(place.generic, { name, index }, context, request))
    const all = ofKinds.get(kind) ?? orUnseen(generic.readAll(place.generic, request))
    ofKinds.set(kind, all)
    return (await all)?.get(index)
  }
  const readings = await Promise.all(links.map(read))
  const ports = new Map(readings.flatMap((reading) => [...(reading?.ports ?? [])]))
  return links.map((link, index) => withPort(withReading(link, readings[index]), ports.get(link.index)))
}

function withReading(link: ListedLink, read: GenericReading | undefined): ListedLink {
  const { kind = '' } = link
  if (!read) return link
  const options = { ...sectionOf(link, kind), ...read.options }
  return { ...link, [kind]: options, ...(read.status ? { status: read.status } : {}) }
}

function withPort(link: ListedLink, options: object | undefined): ListedLink {
  return options ? { ...link, [`${link.masterKind}Port`]: options } : link
}

async function withFeatures(
  place: Place,
  links: readonly ListedLink[],
  selection: FeatureSelection,
  options: RequestOptions,
): Promise<readonly ListedLink[]> {
  if (selection === 'all') {
    const all = await allFeatures(place, options)
    return await mapInTurns(links, (link) => withOwn(link, all.get(link.name)))
  }
  const read = async (link: ListedLink): Promise<ListedLink> => {
    if (!selection(link)) return link
    return withOwn(link, await orUnseen(readFeatures(place.generic, link.name, options)))
  }
  return await Promise.all(links.map(read))
}

/** The features of all links, or none where the kernel tells nothing of them. */
async function allFeatures(place: Place, options: RequestOptions): Promise<ReadonlyMap<string, Features>> {
  try {
    return await readAllFeatures(place.generic, options)
  } catch (error) {
    if (error instanceof NetworkError && error.code === 'UNSUPPORTED') return new Map()
    throw error
  }
}

/** More requests than this are slower than one for all links. */
const fewLinks = 32

/** Adds the features of some links to what was read; they go with the links, and are to come back with them. */
export async function withFeaturesOf(
  names: ReadonlySet<string>,
  state: NetworkState,
  place: Place,
  options: RequestOptions,
): Promise<NetworkState> {
  const concerned: ListedLink[] = []
  await eachInTurns(names, (name) => {
    const link = state.links.get(name)?.link
    if (link && !link.features) concerned.push(link)
  })
  if (concerned.length === 0) return state
  const selection = concerned.length > fewLinks ? 'all' : () => true
  const links = new Map(state.links)
  try {
    await eachInTurns(await withFeatures(place, concerned, selection, options), (link) => {
      const record = links.get(link.name)
      if (record) links.set(link.name, { ...record, link })
    })
  } catch (error) {
    if (!(error instanceof NetworkError) || error.code !== 'UNSUPPORTED') throw error
  }
  return { ...state, links }
}

function withOwn(link: ListedLink, features: Features | undefined): ListedLink {
  return features ? { ...link, features } : link
}

/** The links whose features a wish tells of, by whatever it knows them. */
export function linksWithFeatures(wanted: readonly DesiredLink[]): FeatureSelection | undefined {
  const known = new Set<string | number | undefined>()
  for (const { name, match, index, properties } of wanted) {
    if (properties.features) for (const one of [name, index, match?.altName, match?.mac]) known.add(one)
  }
  known.delete(undefined)
  if (known.size === 0) return undefined
  return ({ name, index, altNames = [], permanentMac, mac }) =>
    [name, index, ...altNames, permanentMac, mac].some((one) => known.has(one))
}

/** Adds the names of all features that the kernel knows. */
export async function withKnownFeatures(
  state: NetworkState,
  place: Place,
  options: RequestOptions,
): Promise<NetworkState> {
  return { ...state, featureNames: await readFeatureNames(place.generic, options) }
}
