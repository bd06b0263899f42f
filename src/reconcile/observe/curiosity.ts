import type { DesiredNetwork } from '../../state/desired.js'
import { speaksOfVlans } from '../capability/capabilityOfVlans.js'
import type { Curiosity } from './observe.js'
import { linksWithFeatures } from './observeGeneric.js'

/** What has to be read of a namespace for what is wanted of it, and is not read by itself. */
export function curiosityOf(network: DesiredNetwork): Curiosity {
  const { links, fdb, mdb } = network
  const vlans = speaksOfVlans(network)
  const features = linksWithFeatures(links)
  const qdiscs = links.some(({ qdisc, ingressQdisc }) => qdisc !== undefined || ingressQdisc !== undefined)
  return { vlans, qdiscs, entries: (fdb ?? mdb) !== undefined, ...(features ? { features } : {}) }
}
