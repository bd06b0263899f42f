import type { Problem } from '../error.js'
import { featureAliases, featuresNamed } from '../genetlink/ethtool/featureNames.js'
import { type FeatureState, type Features, isFeatureFixed, isFeatureWanted } from '../genetlink/ethtool/features.js'
import { nearest } from '../nearest.js'
import { linkKind } from '../rtnetlink/kinds/registry.js'
import type { ListedLink } from '../rtnetlink/link.js'
import type { DesiredLink, DesiredNetwork } from './desired.js'
import type { PropertyChange } from './equal.js'
import type { NetworkState } from './model.js'

/** What is wanted, with each feature by the kernel's name; what cannot be becomes a problem. */
export function withFeatureNames(network: DesiredNetwork, state: NetworkState, problems: Problem[]): DesiredNetwork {
  const { featureNames } = state
  if (!featureNames || !network.links.some(({ properties }) => properties.features)) return network
  const links = network.links.map((link) => {
    const { features, ...others } = link.properties
    if (!features) return link
    const actual = state.links.get(link.name)?.link.features
    return {
      ...link,
      properties: { ...others, features: namedFeatures(link, features, actual, featureNames, problems) },
    }
  })
  return { ...network, links }
}

function namedFeatures(
  { name: link, path }: DesiredLink,
  wanted: Features,
  actual: Features | undefined,
  known: readonly string[],
  problems: Problem[],
): Features {
  const features: Record<string, FeatureState> = {}
  // What is said of one feature counts more than what is said of several.
  const entries = Object.entries(wanted).sort(([a], [b]) => Number(b in featureAliases) - Number(a in featureAliases))
  for (const [name, value] of entries) {
    const problem = (message: string, hint?: string): void => {
      problems.push({ path: `${path ?? ''}/features/${name}`, message, ...(hint === undefined ? {} : { hint }) })
    }
    const meant = featuresNamed(name, known)
    if (meant.length === 0) {
      const near = nearest(name, [...known, ...Object.keys(featureAliases)])
      problem(`this kernel knows no feature ${JSON.stringify(name)}`, near && `did you mean ${near}?`)
    }
    // What was fixed is no wish.
    if (isFeatureFixed(value)) continue
    const changeable = meant.filter((feature) => !isFeatureFixed(actual?.[feature] ?? false))
    for (const feature of changeable) features[feature] = value
    const first = meant[0]
    if (!actual || first === undefined || changeable.length > 0) continue
    const holds = meant.some((feature) => isFeatureWanted(actual[feature] ?? false) === isFeatureWanted(value))
    if (!holds) problem(`the feature ${name} of the link ${link} is ${actual[first]}: the device cannot change it`)
  }
  return features
}

/** The features that are not as they should be. */
export function featureDifferences(wanted: Features, actual: Features = {}): (PropertyChange & { name: string })[] {
  return Object.entries(wanted).flatMap(([name, after]) => {
    const before = actual[name]
    const isFixed = before !== undefined && isFeatureFixed(before)
    if (before === after || isFixed) return []
    return [{ name, property: `features.${name}`, ...(before === undefined ? {} : { before }), after }]
  })
}

/** What a new device does not do although it could: NETIF_F_SOFT_FEATURES_OFF in include/linux/netdev_features.h, … */
const offAtFirst: ReadonlySet<string> = new Set([
  'rx-gro-list',
  'rx-udp-gro-forwarding',
  'tx-nocache-copy',
  'rx-lro',
  'rx-fcs',
  'rx-all',
  'rx-ntuple-filter',
  'loopback',
  'hw-tc-offload',
  'l2-fwd-offload',
])

/** What {@link changedFeatures} has said of features, which many links of a kind share. */
const changesKnown = new WeakMap<Features, Map<string | undefined, Features>>()

/** The features that were asked to be otherwise than a new device of the kind has them. */
export function changedFeatures({ features, kind }: ListedLink): Features {
  if (!features) return {}
  const byKind = changesKnown.get(features) ?? new Map<string | undefined, Features>()
  changesKnown.set(features, byKind)
  const changed = byKind.get(kind) ?? featuresChanged(features, kind)
  byKind.set(kind, changed)
  return changed
}

function featuresChanged(features: Features, kind: string | undefined): Features {
  const usual = kind === undefined ? undefined : linkKind(kind)?.generalDefaults?.features
  const changed = Object.entries(features).filter(([name, state]) => {
    return !isFeatureFixed(state) && isFeatureWanted(state) !== (usual?.[name] ?? !offAtFirst.has(name))
  })
  return Object.fromEntries(changed)
}

/** The same as a spec can say it: without what is asked for and cannot be, and what a program changes by itself. */
export function featuresToSpec(link: ListedLink): Readonly<Record<string, boolean>> | undefined {
  const momentary = (link.kind === undefined ? undefined : linkKind(link.kind)?.momentaryFeatures) ?? []
  const said = Object.entries(changedFeatures(link)).flatMap(([name, state]): [string, boolean][] =>
    typeof state === 'boolean' && !momentary.some((start) => name.startsWith(start)) ? [[name, state]] : [],
  )
  return said.length > 0 ? Object.fromEntries(said) : undefined
}
