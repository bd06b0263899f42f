import { NetworkError } from '../error.js'
import { withoutNames } from '../netlink/codec.js'
import type { Connection } from '../netlink/connection.js'
import type { RequestOptions } from '../netlink/exchange.js'
import { buildMessage, type NetlinkMessage } from '../netlink/message.js'
import { AF_BRIDGE, RTM_NEWMDB } from './constants.js'
import { loopbackIndex } from './linkAttributes.js'
import { mdbChangeLayout } from './mdbAttributes.js'

/**
 * A request for no entry of the loopback device, which has no multicast database: a kernel in which other devices than
 * bridges can have one misses the entry first (net/core/rtnetlink.c, rtnl_mdb_add), an older one the bridge
 * (net/bridge/br_mdb.c, br_mdb_parse).
 */
function probeMdb(): NetlinkMessage {
  return buildMessage({
    layout: mdbChangeLayout,
    type: RTM_NEWMDB,
    flags: 0,
    subject: 'MDB of VXLANs: probe',
    header: { family: AF_BRIDGE, index: loopbackIndex },
    context: withoutNames,
  })
}

/** Whether the kernel has multicast databases of VXLANs, as since Linux 6.4; `undefined` where it may not be asked. */
export async function knowsMdbOfVxlans(
  connection: Connection,
  options: RequestOptions = {},
): Promise<boolean | undefined> {
  try {
    await connection.request(probeMdb(), options)
  } catch (error) {
    if (!(error instanceof NetworkError) || error.errno === undefined) throw error
    return error.code === 'EPERM' ? undefined : error.code === 'EINVAL'
  }
  throw new Error('the loopback device got no entry of a multicast database')
}
