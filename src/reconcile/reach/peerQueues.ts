import type { PairOptions } from '../../rtnetlink/kinds/peer.js'
import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import { sectionOf } from '../../state/link.js'
import type { plannedPeers } from './pairs.js'

type Queues = Pick<NonNullable<PairOptions['peer']>, 'txQueues' | 'rxQueues'>

/** What is wanted, with the queues of the other end said where a pair is made, since a link gets them at its creation. */
export function withPeerQueues<W extends { readonly desired: DesiredNetwork }>(
  wishes: ReadonlyMap<string, W>,
  peers: ReturnType<typeof plannedPeers>,
): Map<string, W> {
  const byLead = new Map<string, Map<string, { kind: string; queues: Queues }>>()
  for (const [namespace, names] of peers) {
    for (const { name, absent, properties } of wishes.get(namespace)?.desired.links ?? []) {
      const pair = names.get(name)
      const { txQueues, rxQueues } = properties
      if (!pair || absent || (txQueues === undefined && rxQueues === undefined)) continue
      const queues = {
        ...(txQueues === undefined ? {} : { txQueues }),
        ...(rxQueues === undefined ? {} : { rxQueues }),
      }
      const leads = byLead.get(pair.lead.namespace) ?? new Map<string, { kind: string; queues: Queues }>()
      byLead.set(pair.lead.namespace, leads.set(pair.lead.name, { kind: pair.kind, queues }))
    }
  }
  const result = new Map(wishes)
  for (const [namespace, leads] of byLead) {
    const wish = result.get(namespace)
    if (!wish) continue
    const links = wish.desired.links.map((link): DesiredLink => {
      const lead = leads.get(link.name)
      const section = lead && sectionOf(link.properties, lead.kind)
      if (!lead || !section) return link
      const peer = { ...lead.queues, ...sectionOf(section, 'peer') }
      return { ...link, properties: { ...link.properties, [lead.kind]: { ...section, peer } } }
    })
    result.set(namespace, { ...wish, desired: { ...wish.desired, links } })
  }
  return result
}
