import { NetworkError } from '../../error.js'
import { withoutNames } from '../../netlink/codec.js'
import type { Connection } from '../../netlink/connection.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { buildMessage, type NetlinkMessage } from '../../netlink/message.js'
import { AF_INET, RTM_NEWROUTE } from '../constants.js'
import { routeLayout } from '../routeAttributes.js'
import { rawEncapsulation } from './codec.js'
import type { AnyEncapsulation, Encapsulation } from './encapsulation.js'
import { encapsulationNumbers } from './tables.js'

const mainTable = 254
const noLink = 0x7fffffff

/** A way to wrap packets, or a property of one that not every kernel with that way has. */
export type EncapsulationPart = AnyEncapsulation['type'] | 'seg6 src' | 'seg6 table'

type LaterPart = Extract<EncapsulationPart, `seg6 ${string}`>

/** By a value that those who have it refuse. */
const laterParts: Readonly<Record<LaterPart, Encapsulation>> = {
  'seg6 src': { type: 'seg6', mode: 'encap', segments: ['::1'], src: '::' },
  'seg6 table': { type: 'seg6', mode: 'encap', segments: ['::1'], table: 0 },
}

/** What of an encapsulation not every kernel with that way to wrap packets has, each with the name of its property. */
export function laterPartsOf(
  encapsulation: AnyEncapsulation,
): readonly (readonly [part: EncapsulationPart, name: string])[] {
  return Object.keys(encapsulation).flatMap((name) => {
    const part = `${encapsulation.type} ${name}`
    return isLaterPart(part) ? [[part, name] as const] : []
  })
}

function isLaterPart(part: string): part is LaterPart {
  return part in laterParts
}

/** The way to wrap packets that a part is of. */
export function typeOfPart(part: EncapsulationPart): string {
  return isLaterPart(part) ? laterParts[part].type : part
}

/**
 * A change of a route that is not there, by a link that is not there either: the kernel looks at the type of the
 * encapsulation before it looks for them (net/ipv4/fib_frontend.c, rtm_to_fib_config), and at what it is (fib_semantics.c,
 * fib_nh_common_init).
 */
function probeEncapsulation(part: EncapsulationPart): NetlinkMessage {
  const encapsulation = isLaterPart(part)
    ? rawEncapsulation(laterParts[part])
    : { encapsulationType: numbers.get(part) ?? Number(part), encapsulationData: new Uint8Array() }
  return buildMessage({
    layout: routeLayout,
    type: RTM_NEWROUTE,
    flags: 0,
    subject: `encapsulation ${part}: probe`,
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
    attributes: { to: '0.0.0.1', dev: noLink, ...encapsulation },
    context: withoutNames,
  })
}

const numbers = new Map<string, number>(Object.entries(encapsulationNumbers))

/** Whether the kernel wraps packets so, or can load what does; `undefined` where it may not be asked. */
export async function knowsEncapsulation(
  part: EncapsulationPart,
  connection: Connection,
  options: RequestOptions = {},
): Promise<boolean | undefined> {
  try {
    await connection.request(probeEncapsulation(part), options)
  } catch (error) {
    if (!(error instanceof NetworkError) || error.errno === undefined) throw error
    if (error.code === 'EPERM') return undefined
    // What a kernel does not know it passes over, so that it is the link that it misses.
    if (isLaterPart(part)) return error.code !== 'ENODEV'
    // net/core/lwtunnel.c, lwtunnel_valid_encap_type
    return error.code !== 'EOPNOTSUPP' && error.kernelMessage !== 'Unknown lwt encapsulation type'
  }
  throw new Error('a route by a link that is not there was changed')
}
