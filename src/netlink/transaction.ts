import type { NetworkError } from '../error.js'
import { packed } from './batch.js'
import { type RequestOptions, receiveUntil, sendLong } from './exchange.js'
import { acknowledgementError, decodeErrorMessage } from './extendedAck.js'
import { type NetlinkMessage, NLMSG_ERROR } from './message.js'
import type { Transport } from './transports/transport.js'

/**
 * Sends messages of which the kernel does all or none (net/netfilter/nfnetlink.c, nfnetlink_rcv_batch). It tells of
 * every message that it cannot do, and acknowledges the last one when it has come to the end of them; what keeps it
 * from beginning, or from committing, it tells as an error of the first.
 */
export async function sendTransaction(
  transport: Transport,
  { begin, end }: { readonly begin: NetlinkMessage; readonly end: NetlinkMessage },
  messages: readonly NetlinkMessage[],
  options: RequestOptions,
  nextSequence: () => number,
): Promise<void> {
  if (messages.length === 0) return
  const all = [begin, ...messages, end]
  const last = messages.length
  const sequences = new Map<number, number>()
  // Committing waits for RCU (net/netfilter/nf_tables_api.c, nf_tables_commit).
  await sendLong(transport, packed(all, 0, all.length, sequences, nextSequence, 0, last))
  let failure: NetworkError | undefined
  await receiveUntil(
    transport,
    options,
    begin.subject,
    (sequence) => sequences.has(sequence),
    (received) => {
      const index = sequences.get(received.sequence)
      const request = index === undefined ? undefined : all[index]
      if (received.type !== NLMSG_ERROR || !request) return false
      const acknowledgement = decodeErrorMessage(received)
      if (acknowledgement.errno !== 0) failure ??= acknowledgementError(acknowledgement, request)
      return index === last || index === 0
    },
  )
  if (failure) throw failure
}
