import type { NetworkError } from '../../error.js'
import type { NetlinkMessage } from '../../netlink/message.js'
import { RTM_DELROUTE } from '../../rtnetlink/constants.js'

/** What the kernel says of an object that is not there, by the message that deletes it: RTM_DELLINK to RTM_DELNEXTHOP. */
const goneCodes: Readonly<Record<number, readonly string[]>> = {
  17: ['ENODEV'],
  // ENXIO: the link has no IPv6 side any longer, since its MTU is below 1280.
  21: ['EADDRNOTAVAIL', 'ENXIO', 'ENODEV'],
  25: ['ESRCH', 'ENODEV'],
  29: ['ENOENT', 'ENXIO', 'ENODEV'],
  33: ['ENOENT'],
  37: ['ENOENT', 'EINVAL', 'ENODEV'],
  41: ['ENOENT', 'ENODEV'],
  105: ['ENOENT'],
}

/** Whether the kernel refused to delete what is gone: it took it along with something else, or somebody was faster. */
export function isGone(message: NetlinkMessage, { code, kernelMessage }: NetworkError): boolean {
  // A route goes with its nexthop object (net/ipv4/fib_frontend.c, rtm_to_fib_config; net/ipv6/route.c).
  if (message.type === RTM_DELROUTE && kernelMessage === 'Nexthop id does not exist') return true
  return goneCodes[message.type]?.includes(code) ?? false
}
