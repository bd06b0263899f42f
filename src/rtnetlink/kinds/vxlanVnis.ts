import type { Codec } from '../../netlink/codec.js'
import type { VxlanVni } from '../vxlanVni.js'
import { inOwnMessages } from './bridgeVlans.js'

/** VNIs as they are written down: a number, a range such as `100-200`, or an object with the hosts of it. */
export type VniList = readonly (number | string | VxlanVni)[]

/** The domain of the VNIs of a VXLAN; they are in messages of their own (RTM_NEWTUNNEL). */
export const vniList: Codec<VniList> = { domain: { type: 'vnis' }, ...inOwnMessages }
