import { NetworkError } from '../error.js'
import { featuresNamed } from '../genetlink/ethtool/featureNames.js'
import { type Features, isFeatureFixed, isFeatureWanted, readFeatureNames } from '../genetlink/ethtool/features.js'
import { ETHTOOL_GENL_NAME, setFeatures } from '../genetlink/ethtool/messages.js'
import type { GenericNetlink } from '../genetlink/genericNetlink.js'
import type { EncodeContext } from '../netlink/codec.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { NetlinkMessage } from '../netlink/message.js'
import { type GenericOptions, splitOptions } from './kinds/generic.js'
import { linkKind } from './kinds/registry.js'
import type { Link } from './link.js'
import { kindOptionsOf } from './linkProperties.js'

/** What generic netlink sets of a link. */
export interface Configuration {
  readonly features?: Features
  /** The options of the kind that a family sets. */
  readonly options?: object
}

/** Properties of a link without those that generic netlink sets, and these; `undefined` where there are none. */
export function splitConfiguration<Properties extends Partial<Link>>(
  properties: Properties,
  kind: string | undefined,
): { readonly rest: Properties; readonly configuration: Configuration | undefined } {
  const known = kind === undefined ? undefined : linkKind(kind)
  const given = known?.generic && kindOptionsOf(properties, kind)
  const { plain, generic: options } = known && given ? splitOptions(known.options, given) : {}
  const { features } = properties
  if (!features && !given) return { rest: properties, configuration: undefined }
  const others = Object.entries(properties).filter(([name]) => name !== 'features' && !(given && name === kind))
  const configuration = { ...(features ? { features } : {}), ...(options ? { options } : {}) }
  return {
    rest: { ...(Object.fromEntries(others) as Properties), ...(plain && kind !== undefined ? { [kind]: plain } : {}) },
    configuration: features || options ? configuration : undefined,
  }
}

/** The change of a link towards options of a family, or the error of what it would take besides. */
export function changeTowards(
  generic: GenericOptions,
  name: string,
  wanted: object,
  had: object | undefined,
  isUp: boolean,
): object {
  const [missing] = generic.missing?.(wanted, had) ?? []
  if (!missing) return generic.change(wanted, had, isUp)
  const object = `link ${name}`
  throw new NetworkError('INVALID_ARGUMENT', `${object}: ${missing.path.join('.')}: ${missing.message}`, { object })
}

/** Which link is configured, and what it is. */
export interface ConfiguredLink {
  readonly name: string
  readonly kind?: string | undefined
}

/**
 * Learns what the messages of a configuration need to know, the numbers of families and the names of features, and
 * returns what makes them. The options are a change that the kind worked out.
 */
export async function prepareConfiguration(
  { name, kind }: ConfiguredLink,
  { features, options }: Configuration,
  generic: GenericNetlink,
  request: RequestOptions,
): Promise<(context: EncodeContext) => readonly NetlinkMessage[]> {
  const ofKind = options && kind !== undefined ? linkKind(kind)?.generic : undefined
  const family = ofKind && (await generic.family(ofKind.family, request))
  const ethtool = features && (await generic.family(ETHTOOL_GENL_NAME, request))
  const known = features ? await readFeatureNames(generic, request) : []
  return (context) => [
    ...(ofKind && family && options ? ofKind.messages(family, name, options, context) : []),
    ...(ethtool && features ? [setFeatures(ethtool, name, wantedFeatures(features, known))] : []),
  ]
}

/** Sends the messages of a configuration one after the other; throws the first error of the kernel's. */
export async function sendConfiguration(
  messages: readonly NetlinkMessage[],
  generic: GenericNetlink,
  request: RequestOptions,
): Promise<void> {
  for (const message of messages) await generic.connection.request(message, request)
}

function wantedFeatures(features: Features, known: readonly string[]): Record<string, boolean> {
  const wanted: Record<string, boolean> = {}
  for (const [name, state] of Object.entries(features)) {
    if (isFeatureFixed(state)) continue
    const named = featuresNamed(name, known)
    // An unknown name goes to the kernel, whose error tells of it.
    for (const feature of named.length > 0 ? named : [name]) wanted[feature] = isFeatureWanted(state)
  }
  return wanted
}
