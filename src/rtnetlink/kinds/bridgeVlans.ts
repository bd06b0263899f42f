import type { Codec } from '../../netlink/codec.js'
import type { GlobalVlanOptions, PortVlan } from '../bridgeVlan.js'

/** VLANs as they are written down: a number, a range such as `100-200`, or an object with what else they have. */
export type VlanList = readonly (number | string | PortVlan)[]

/** What is in messages of its own, such as RTM_NEWVLAN, since those need the index of a link that is there. */
export const inOwnMessages = {
  encode() {
    throw new TypeError('this is no attribute of a link message')
  },
  decode() {
    throw new TypeError('this is no attribute of a link message')
  },
}

/** The domain of the VLANs of a port, or of the bridge itself. */
export const portVlans: Codec<VlanList> = { domain: { type: 'vlans' }, ...inOwnMessages }

/** The domain of what VLANs have on a bridge as a whole. */
export const globalVlanOptions: Codec<readonly GlobalVlanOptions[]> = {
  domain: { type: 'vlans', ofBridge: true },
  ...inOwnMessages,
}
