import { NetworkError } from '../error.js'
import { withoutNames } from '../netlink/codec.js'
import type { Connection } from '../netlink/connection.js'
import type { RequestOptions } from '../netlink/exchange.js'
import { buildMessage, type NetlinkMessage, NLM_F_CREATE, NLM_F_EXCL } from '../netlink/message.js'
import { RTM_NEWLINK } from './constants.js'
import type { AnyLinkKind } from './kinds/kind.js'
import { linkLayout } from './linkAttributes.js'

/**
 * A request for a link with no transmit queue at all, which no kernel makes: it looks for the kind first, then at the
 * options, and refuses the queues before there is a device (net/core/rtnetlink.c, rtnl_newlink and rtnl_create_link).
 * An option that it knows is refused before that where it does not take payloads of a given size.
 */
export function probeKind(
  kind: AnyLinkKind,
  option?: { readonly name: string; readonly size: number },
): NetlinkMessage {
  const line = option === undefined ? undefined : kind.options.lines[option.name]
  return buildMessage({
    layout: linkLayout,
    type: RTM_NEWLINK,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    subject: `links of kind ${kind.kind}: probe`,
    header: { family: 0, type: 0, index: 0, flags: 0, change: 0 },
    attributes: {
      txQueues: 0,
      linkInfo: {
        kind: kind.kind,
        ...(line ? { probed: { type: line.type, bytes: new Uint8Array(option?.size ?? 0) } } : {}),
      },
    },
    context: withoutNames,
  })
}

/** What a kernel said to {@link probeKind}; `undefined` where it said neither yes nor no. */
async function answerTo(
  kind: AnyLinkKind,
  option: { readonly name: string; readonly size: number } | undefined,
  connection: Connection,
  options: RequestOptions,
): Promise<boolean | undefined> {
  try {
    await connection.request(probeKind(kind, option), options)
  } catch (error) {
    if (!(error instanceof NetworkError) || error.errno === undefined) throw error
    const { code, kernelMessage, attribute } = error
    if (code === 'EOPNOTSUPP' && kernelMessage === 'Unknown device type') return false
    if (code === 'EPERM') return undefined
    if (option === undefined) return true
    return attribute?.startsWith('linkInfo.') === true && (code === 'ERANGE' || code === 'EINVAL')
  }
  throw new Error(`a link of kind ${kind.kind} without a transmit queue came into being`)
}

/** Whether the kernel has a kind of link, or can load it; `undefined` where it may not be asked. */
export function knowsKind(
  kind: AnyLinkKind,
  connection: Connection,
  options: RequestOptions = {},
): Promise<boolean | undefined> {
  return answerTo(kind, undefined, connection, options)
}

/**
 * Whether the kernel knows an option of a kind that it has; one that it does not know it would ignore. `undefined`
 * where it may not be asked, and for what cannot be asked: single bits, attributes of the message itself,
 * and what has messages of its own.
 */
export async function knowsOption(
  kind: AnyLinkKind,
  option: string,
  connection: Connection,
  options: RequestOptions = {},
): Promise<boolean | undefined> {
  const line = kind.options.lines[option]
  if (!line || line.outer || line.separate || line.bit !== undefined) return undefined
  const { presence, nested } = line.codec
  // Numbers need their bytes, a flag has none, a list has those of a header; of plain bytes there can be too many.
  for (const size of [presence || nested ? 1 : 0, 300]) {
    const known = await answerTo(kind, { name: option, size }, connection, options)
    if (known !== false) return known
  }
  return false
}
