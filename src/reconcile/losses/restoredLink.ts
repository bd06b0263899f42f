import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link, ListedLink } from '../../rtnetlink/link.js'
import type { DesiredLink } from '../../state/desired.js'
import { changedFeatures } from '../../state/features.js'
import { sectionOf } from '../../state/link.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'
import { marksOf } from '../../state/owner.js'
import { changedSysctls } from '../../state/sysctl.js'
import { mergedProperties } from '../diff/mergedProperties.js'
import { keptByKind } from './keptByKind.js'
import { settableProperties } from './settableProperties.js'
import { withAddresses } from './withAddresses.js'

/**
 * A link that is made anew, with everything it had and the wish does not change.
 *
 * @param decided the properties that it does not keep
 */
export function restoredLink(
  wanted: DesiredLink,
  record: LinkRecord,
  decided: readonly string[],
  { sysctlDefaults }: NetworkState,
): DesiredLink {
  const { link } = record
  const kindChanges = wanted.properties.kind !== undefined && wanted.properties.kind !== link.kind
  const features = changedFeatures(link)
  const had = {
    ...withoutFollowing(settableProperties(link)),
    ...(Object.keys(features).length > 0 ? { features } : {}),
  }
  const kept: Partial<Link> = kindChanges
    ? keptByKind(had, link, wanted.properties.kind)
    : Object.fromEntries(Object.entries(had).filter(([name]) => !decided.includes(name)))
  const { root, ingress } = record.qdiscs ?? {}
  const sysctl = {
    ...changedSysctls(record.sysctl, sysctlDefaults, wanted.properties.mtu ?? link.mtu),
    ...wanted.sysctl,
  }
  return {
    ...(root ? { qdisc: root } : {}),
    ...(ingress ? { ingressQdisc: ingress } : {}),
    ...withAddresses(wanted, record),
    ...(Object.keys(sysctl).length > 0 ? { sysctl } : {}),
    properties: mergedProperties(kept, wanted.properties),
    marks: marksOf(link),
    ...(record.elsewhere && !kindChanges && !statesLower(wanted, link) ? { elsewhere: record.elsewhere } : {}),
  }
}

/** Whether a wish says what a link is to stand on. */
function statesLower({ properties }: DesiredLink, { kind = '' }: ListedLink): boolean {
  return sectionOf(properties, kind)?.['link'] !== undefined
}

/** Properties without what follows from other ones, which may have other values now. */
function withoutFollowing(properties: Partial<Link>): Partial<Link> {
  const kind = properties.kind === undefined ? undefined : linkKind(properties.kind)
  const options = kind?.defaultsBy && sectionOf(properties, kind.kind)
  if (!options) return properties
  const following = new Map<string, unknown>(Object.entries(kind.defaultsBy(options, properties.mac)))
  const own = Object.entries(options).filter(([name, value]) => following.get(name) !== value)
  return { ...properties, [kind.kind]: Object.fromEntries(own) }
}
