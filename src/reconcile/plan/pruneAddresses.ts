import { isManageable } from '../../state/address.js'
import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import type { LinkRecord } from '../../state/model.js'
import type { Owner } from '../../state/owner.js'
import { eachInTurns, mapInTurns } from '../../system/inTurns.js'
import { asItWas } from '../losses/asItWas.js'
import type { Wish } from '../reach/pairs.js'
import { namedLinks } from './namedLinks.js'

/**
 * Adds to what is wanted of a namespace that addresses go which bear the owner's mark and are not named, from links
 * that stay. It has to be known which links go along with others, since nothing can be wished of those.
 */
export async function withAddressesPruned({ desired: network, actual }: Wish, owner: Owner): Promise<DesiredNetwork> {
  if (network.bystander) return network
  const named = await namedLinks(network, actual)
  const links = await mapInTurns(network.links, (link) => {
    const record = actual.links.get(link.name)
    return record && !link.absent && !link.addresses ? withoutOwnAddresses(link, record, owner) : link
  })
  await eachInTurns(actual.links.values(), (record) => {
    const { name } = record.link
    if (named.has(name)) return
    const unnamed: DesiredLink = { name, absent: false, properties: {} }
    const without = withoutOwnAddresses(unnamed, record, owner)
    if (without !== unnamed) links.push(without)
  })
  return { ...network, links }
}

function withoutOwnAddresses(link: DesiredLink, { addresses }: LinkRecord, owner: Owner): DesiredLink {
  const manageable = addresses.filter(isManageable)
  const kept = manageable.filter(({ protocol }) => protocol !== owner.protocol)
  return kept.length < manageable.length ? { ...link, addresses: kept.map(asItWas) } : link
}
