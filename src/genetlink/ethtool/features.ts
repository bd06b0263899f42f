import { NetworkError } from '../../error.js'
import { littleEndian } from '../../netlink/bytes.js'
import { withoutNames } from '../../netlink/codec.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { decodeMessage, type ReceivedMessage } from '../../netlink/message.js'
import { mapInTurns } from '../../system/inTurns.js'
import type { GenericNetlink } from '../genericNetlink.js'
import { type FeatureAttributes, featuresLayout, stringSetLayout } from './attributes.js'
import { ETH_SS_FEATURES, ETHTOOL_GENL_NAME, getFeatureNames, getFeatures } from './messages.js'

/**
 * What a feature of a device is: on or off; asked to be what it cannot be for now, since another feature it needs is
 * not on; or fixed for good. In the words of `ethtool -k`: `off [requested on]`, `on [fixed]`.
 */
export type FeatureState = boolean | 'requested on' | 'requested off' | 'fixed on' | 'fixed off'

const statesInWords: ReadonlySet<unknown> = new Set(['requested on', 'requested off', 'fixed on', 'fixed off'])

/** Whether a value is the state of a feature. */
export function isFeatureState(value: unknown): value is FeatureState {
  return typeof value === 'boolean' || statesInWords.has(value)
}

/** The features of a device, by the kernel's names. */
export type Features = Readonly<Record<string, FeatureState>>

/** Whether a feature is asked to be on. */
export function isFeatureWanted(state: FeatureState): boolean {
  return typeof state === 'boolean' ? state : state.endsWith(' on')
}

/** Whether a feature cannot be changed. */
export function isFeatureFixed(state: FeatureState): boolean {
  return typeof state === 'string' && state.startsWith('fixed')
}

/** The names of all features that the kernel knows, at the place of their bits; asked once. */
export function readFeatureNames(generic: GenericNetlink, options: RequestOptions = {}): Promise<readonly string[]> {
  return generic.remember('feature names', async () => {
    const family = await generic.family(ETHTOOL_GENL_NAME, options)
    const decode = ({ body }: ReceivedMessage) => decodeMessage(stringSetLayout, body, withoutNames).attributes
    const [reply] = await generic.connection.ask(getFeatureNames(family), decode, options)
    const set = reply?.sets?.find(({ id }) => id === ETH_SS_FEATURES)
    const names: string[] = []
    for (const { index = 0, value = '' } of set?.strings ?? []) names[index] = value
    return Array.from(names, (name) => name ?? '')
  })
}

/** Reads the features of one device: `ethtool -k NAME`. */
export async function readFeatures(
  generic: GenericNetlink,
  name: string,
  options: RequestOptions = {},
): Promise<Features> {
  const names = await readFeatureNames(generic, options)
  const family = await generic.family(ETHTOOL_GENL_NAME, options)
  const [reply] = await generic.connection.ask(getFeatures(family, name), decodeFeatures, options)
  if (!reply) throw new NetworkError('EBADMSG', `link ${name}: get features: the kernel answered nothing`)
  return featuresOf(reply, names)
}

/** Reads the features of all devices, by their names. */
export async function readAllFeatures(
  generic: GenericNetlink,
  options: RequestOptions = {},
): Promise<ReadonlyMap<string, Features>> {
  const names = await readFeatureNames(generic, options)
  const family = await generic.family(ETHTOOL_GENL_NAME, options)
  const { items } = await generic.connection.dump(getFeatures(family), decodeFeatures, options)
  // Devices of a kind mostly have the same.
  const known = new Map<string, Features>()
  return new Map(
    await mapInTurns(items, (reply): [string, Features] => {
      const bits = bitsetsOf(reply).join(' ')
      const features = known.get(bits) ?? featuresOf(reply, names)
      known.set(bits, features)
      return [reply.header?.name ?? '', features]
    }),
  )
}

function bitsetsOf({ hw, wanted, active, noChange }: FeatureAttributes): (Uint8Array | undefined)[] {
  return [hw, wanted, active, noChange].map((set) => set?.value)
}

function decodeFeatures({ body }: ReceivedMessage): FeatureAttributes {
  return decodeMessage(featuresLayout, body, withoutNames).attributes
}

function featuresOf(reply: FeatureAttributes, names: readonly string[]): Features {
  const features: Record<string, FeatureState> = {}
  const [canChange, isWanted, isActive, isFixed] = bitsetsOf(reply).map(bitsOf)
  for (const [index, name] of names.entries()) {
    if (name === '') continue
    const on = isActive?.(index) ?? false
    const fixed = !canChange?.(index) || isFixed?.(index)
    const asked = isWanted?.(index) ?? false
    if (fixed) features[name] = on ? 'fixed on' : 'fixed off'
    else if (asked === on) features[name] = on
    else features[name] = asked ? 'requested on' : 'requested off'
  }
  return features
}

/** Tells of each bit of a compact set whether it is set. */
function bitsOf(value: Uint8Array | undefined): (index: number) => boolean {
  if (!value) return () => false
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  return (index) => {
    const offset = (index >> 5) * 4
    return offset + 4 <= value.length && ((view.getUint32(offset, littleEndian) >>> (index & 31)) & 1) === 1
  }
}
