import { NetworkError } from '../error.js'
import { featuresNamed } from '../genetlink/ethtool/featureNames.js'
import {
  type Features,
  isFeatureFixed,
  isFeatureState,
  isFeatureWanted,
  readFeatureNames,
} from '../genetlink/ethtool/features.js'
import { ETHTOOL_GENL_NAME, setFeatures } from '../genetlink/ethtool/messages.js'
import type { GenericNetlink } from '../genetlink/genericNetlink.js'
import type { EncodeContext } from '../netlink/codec.js'
import type { RequestOptions } from '../netlink/exchange.js'
import { InvalidValue } from '../netlink/invalidValue.js'
import type { NetlinkMessage } from '../netlink/message.js'
import { type GenericOptions, splitOptions } from './kinds/generic.js'
import { linkKind } from './kinds/registry.js'
import type { Link } from './link.js'
import { kindOptionsOf, portOptionsOf } from './linkProperties.js'

/** What generic netlink sets of a link. */
export interface Configuration {
  readonly features?: Features
  /** The options of the kind that a family sets. */
  readonly options?: object
}

/** What generic netlink sets of a link as a port. */
export interface PortConfiguration {
  readonly masterKind: string
  readonly options: object
}

/**
 * Properties of a link without those that generic netlink sets, and these; `undefined` where there are none. Those of a port
 * are set when it is one.
 */
export function splitConfiguration<Properties extends Partial<Link>>(
  properties: Properties,
  kind: string | undefined,
): {
  readonly rest: Properties
  readonly configuration: Configuration | undefined
  readonly port: PortConfiguration | undefined
} {
  const known = kind === undefined ? undefined : linkKind(kind)
  const given = known?.generic && kindOptionsOf(properties, kind)
  const { plain, generic: options } = known && given ? splitOptions(known.options, given) : {}
  const port = portConfigurationOf(properties)
  const { features } = properties
  if (!features && !given && !port) return { rest: properties, configuration: undefined, port }
  const taken = new Set(['features', ...(given ? [kind] : []), ...(port ? [`${port.masterKind}Port`] : [])])
  const others = Object.entries(properties).filter(([name]) => !taken.has(name))
  const configuration = { ...(features ? { features } : {}), ...(options ? { options } : {}) }
  return {
    rest: { ...(Object.fromEntries(others) as Properties), ...(plain && kind !== undefined ? { [kind]: plain } : {}) },
    configuration: features || options ? configuration : undefined,
    port,
  }
}

/** The options of a link as a port that generic netlink sets. */
export function portConfigurationOf(properties: Partial<Link>): PortConfiguration | undefined {
  const port = portOptionsOf(properties)
  return port && linkKind(port.masterKind)?.generic?.port ? port : undefined
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

/** Learns what the messages need to know that set options of a port, and returns what makes them. */
export async function preparePort(
  port: string,
  master: string | undefined,
  { masterKind, options }: PortConfiguration,
  generic: GenericNetlink,
  request: RequestOptions,
): Promise<(context: EncodeContext) => readonly NetlinkMessage[]> {
  const ofMaster = linkKind(masterKind)?.generic
  if (master === undefined) {
    throw new NetworkError('INVALID_ARGUMENT', `link ${port}: is no port of a ${masterKind}`, {
      object: `link ${port}`,
    })
  }
  const family = ofMaster && (await generic.family(ofMaster.family, request))
  return (context) => (family ? (ofMaster.port?.messages(family, master, port, options, context) ?? []) : [])
}

/** Sends the messages of a configuration one after the other; throws the first error of the kernel's. */
export async function sendConfiguration(
  { name, kind }: ConfiguredLink,
  { options }: Configuration,
  messages: readonly NetlinkMessage[],
  generic: GenericNetlink,
  request: RequestOptions,
): Promise<void> {
  const ofKind = options && kind !== undefined ? linkKind(kind)?.generic : undefined
  try {
    await sendAll(messages, ofKind, generic, request)
  } catch (error) {
    throw error instanceof NetworkError && options ? (ofKind?.explained?.(error, name, options) ?? error) : error
  }
}

/** The same for the messages that set options of a port. */
export async function sendPort(
  { masterKind }: PortConfiguration,
  messages: readonly NetlinkMessage[],
  generic: GenericNetlink,
  request: RequestOptions,
): Promise<void> {
  await sendAll(messages, linkKind(masterKind)?.generic, generic, request)
}

async function sendAll(
  messages: readonly NetlinkMessage[],
  ofKind: GenericOptions | undefined,
  generic: GenericNetlink,
  request: RequestOptions,
): Promise<void> {
  for (const message of messages) {
    try {
      await generic.connection.request(message, request)
    } catch (error) {
      if (!(error instanceof NetworkError && ofKind?.isDone?.(error))) throw error
    }
  }
}

function wantedFeatures(features: Features, known: readonly string[]): Record<string, boolean> {
  const wanted: Record<string, boolean> = {}
  for (const [name, state] of Object.entries(features)) {
    if (!isFeatureState(state)) throw new InvalidValue(['features', name], `${String(state)} is neither true nor false`)
    if (isFeatureFixed(state)) continue
    const named = featuresNamed(name, known)
    // An unknown name goes to the kernel, whose error tells of it.
    for (const feature of named.length > 0 ? named : [name]) wanted[feature] = isFeatureWanted(state)
  }
  return wanted
}
