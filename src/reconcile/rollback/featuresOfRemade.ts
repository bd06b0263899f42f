import { type Features, isFeatureFixed } from '../../genetlink/ethtool/features.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import { changedFeatures } from '../../state/features.js'
import type { Operation } from '../steps/operation.js'

/**
 * The features that a link had which steps make anew. A new device begins with those of its kind, but what comes after one
 * takes over what steps gave that.
 */
export function featuresOfRemade(link: ListedLink, operations: readonly Operation[]): Features {
  const given = operations.flatMap((one) => {
    if (one.type === 'createLink') return Object.keys(one.link.features ?? {})
    return one.type === 'updateLink' ? Object.keys(one.changes.features ?? {}) : []
  })
  if (given.length === 0) return changedFeatures(link)
  const had = Object.entries(link.features ?? {})
  const said = had.filter(([name, state]) => given.includes(name) && !isFeatureFixed(state))
  return { ...changedFeatures(link), ...Object.fromEntries(said) }
}
