import { rareOptions } from './rareSlots.js'
import type { Slot } from './slots.js'

type Features = Readonly<Record<string, boolean>>

/** What every device can do or not, and in another way than a new one in each. */
const common: Features = {
  'rx-gro': true,
  'rx-gro-list': false,
  'rx-udp-gro-forwarding': false,
  'tx-nocache-copy': false,
}

/** What depends on each other: net/core/dev.c, netdev_fix_features. */
const sending: Features = { tx: true, sg: true, tso: true, 'tx-generic-segmentation': true }

/** What they can do follows from the device below, as of most rare ones: drivers/net/macvlan.c, macvlan_fix_features. */
const following: ReadonlySet<Slot['kind']> = new Set(['macvlan', 'macvtap'])

function isFollowing(kind: Slot['kind']): boolean {
  return following.has(kind) || kind in rareOptions
}

/** What is told with everything: a device has it all, or a part. */
export function wholeFeatures(kind: Slot['kind']): Features {
  if (isFollowing(kind)) return {}
  if (kind === 'bridge') return { 'rx-gro': true }
  return sendingKinds.has(kind) ? { ...common, ...sending } : common
}

const sendingKinds: ReadonlySet<Slot['kind']> = new Set(['veth', 'ifb', 'vxlan'])

const commonChoices: readonly Features[] = [
  { gro: false },
  { 'rx-gro': true },
  { 'rx-gro-list': true },
  { 'rx-udp-gro-forwarding': true, 'tx-nocache-copy': true },
]

const sendingChoices: readonly Features[] = [
  { tso: false },
  { tx: false, tso: false },
  { tso: false, 'tx-generic-segmentation': false, sg: false },
  { 'tx-generic-segmentation': false, tso: true },
]

/** How many there are to choose from. */
export const featureCount = commonChoices.length + sendingChoices.length

/** What is told of the features of a device. */
export function featuresOf(kind: Slot['kind'], place: number): Features {
  if (isFollowing(kind)) return {}
  const choices = sendingKinds.has(kind) ? [...commonChoices, ...sendingChoices] : commonChoices
  // A bridge does what all of its ports do: net/bridge/br_if.c, br_features_recompute.
  return choices[place % (kind === 'bridge' ? 2 : choices.length)] ?? {}
}
