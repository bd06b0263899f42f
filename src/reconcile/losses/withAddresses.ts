import { isManageable } from '../../state/address.js'
import type { DesiredLink } from '../../state/desired.js'
import type { LinkRecord } from '../../state/model.js'
import { asItWas } from './asItWas.js'

/** A link that keeps its addresses, unless a wish says which it is to have. */
export function withAddresses(wanted: DesiredLink, record: LinkRecord): DesiredLink {
  return { ...wanted, addresses: wanted.addresses ?? record.addresses.filter(isManageable).map(asItWas) }
}
