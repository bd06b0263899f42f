import { NetworkError } from '../../error.js'
import { withoutNames } from '../../netlink/codec.js'
import type { Connection } from '../../netlink/connection.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { buildMessage, type NetlinkMessage, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../../netlink/message.js'
import { RTM_NEWQDISC } from '../constants.js'
import { loopbackIndex } from '../linkAttributes.js'
import { rawTrafficLayout } from './attributes.js'
import { headerOf } from './qdisc.js'

/**
 * A request for a qdisc with a table of sizes that has nothing in it, which no kernel makes: it looks for the kind
 * first, and refuses the table, or the lack of options, before anything is attached (net/sched/sch_api.c,
 * qdisc_create).
 */
export function probeQdisc(kind: string): NetlinkMessage {
  const isForFilters = kind === 'clsact' || kind === 'ingress'
  return buildMessage({
    layout: rawTrafficLayout,
    type: RTM_NEWQDISC,
    // All three: also where there is one of the kind, it is not to be changed.
    flags: NLM_F_CREATE | NLM_F_EXCL | NLM_F_REPLACE,
    subject: `qdiscs of kind ${kind}: probe`,
    header: headerOf(loopbackIndex, isForFilters ? 'ffff:' : '0:', isForFilters ? 'ingress' : 'root', withoutNames),
    attributes: { kind, sizeTable: new Uint8Array() },
    context: withoutNames,
  })
}

/** Whether the kernel has a kind of qdisc, or can load it; `undefined` where it may not be asked. */
export async function knowsQdisc(
  kind: string,
  connection: Connection,
  options: RequestOptions = {},
): Promise<boolean | undefined> {
  try {
    await connection.request(probeQdisc(kind), options)
  } catch (error) {
    if (!(error instanceof NetworkError) || error.errno === undefined) throw error
    const { code, kernelMessage } = error
    if (code === 'EPERM') return undefined
    // Without CONFIG_NET_SCHED there is nobody to answer.
    if (code === 'EOPNOTSUPP') return false
    return !(code === 'ENOENT' && kernelMessage === 'Specified qdisc kind is unknown')
  }
  throw new Error(`a qdisc of kind ${kind} with an empty table of sizes came into being`)
}
