import { NetworkError } from '../../error.js'
import { withoutNames } from '../../netlink/codec.js'
import type { Connection } from '../../netlink/connection.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { buildMessage, type NetlinkMessage } from '../../netlink/message.js'
import { AF_INET, RTM_NEWROUTE } from '../constants.js'
import { routeLayout } from '../routeAttributes.js'
import type { AnyEncapsulation } from './encapsulation.js'
import { encapsulationNumbers } from './tables.js'

const mainTable = 254
const noLink = 0x7fffffff

/**
 * A change of a route that is not there, by a link that is not there either: the kernel looks at the type of the
 * encapsulation before it looks for them (net/ipv4/fib_frontend.c, rtm_to_fib_config).
 */
function probeEncapsulation(type: number): NetlinkMessage {
  return buildMessage({
    layout: routeLayout,
    type: RTM_NEWROUTE,
    flags: 0,
    subject: `encapsulations of type ${type}: probe`,
    header: {
      family: AF_INET,
      toLength: 32,
      fromLength: 0,
      tos: 0,
      table: mainTable,
      protocol: 0,
      scope: 'link',
      type: 'unicast',
      flags: 0,
    },
    attributes: { to: '0.0.0.1', dev: noLink, encapsulationType: type, encapsulationData: new Uint8Array() },
    context: withoutNames,
  })
}

/** Whether the kernel wraps packets so, or can load what does; `undefined` where it may not be asked. */
export async function knowsEncapsulation(
  type: AnyEncapsulation['type'],
  connection: Connection,
  options: RequestOptions = {},
): Promise<boolean | undefined> {
  const number = new Map<string, number>(Object.entries(encapsulationNumbers)).get(type) ?? Number(type)
  try {
    await connection.request(probeEncapsulation(number), options)
  } catch (error) {
    if (!(error instanceof NetworkError) || error.errno === undefined) throw error
    if (error.code === 'EPERM') return undefined
    // net/core/lwtunnel.c, lwtunnel_valid_encap_type
    return error.code !== 'EOPNOTSUPP' && error.kernelMessage !== 'Unknown lwt encapsulation type'
  }
  throw new Error('a route by a link that is not there was changed')
}
