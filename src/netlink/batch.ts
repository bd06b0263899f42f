import type { NetworkError } from '../error.js'
import { align4 } from './bytes.js'
import { assertWanted, type RequestOptions, receiveArrived, receiveUntil, sendLong } from './exchange.js'
import { acknowledgementError, decodeErrorMessage } from './extendedAck.js'
import {
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_ECHO,
  NLMSG_ERROR,
  NLMSG_MIN_TYPE,
  type ReceivedMessage,
} from './message.js'
import { stamp } from './stamp.js'
import type { Transport } from './transports/transport.js'

// Larger sends gain nothing (docs/benchmarks.md), and one above the send buffer is refused with EMSGSIZE.
export const bytesASend = 1 << 16
// An echoed object fills a page of the receive buffer where an acknowledgement fills a quarter.
export const answersAnEcho = 4
// Going to another thread and back costs some 40 µs, as much as the kernel's work on few messages.
const messagesAtOnce = 8

/** Milliseconds: a kernel without preemption has a processor to itself for as long as it works on a send. */
const longestSend = 4
const messagesAtFirst = 32

/** What became of the messages of a batch. */
export interface BatchResult {
  /** The errors, by index of the message; every other message succeeded. */
  readonly errors: ReadonlyMap<number, NetworkError>
  /** How many were sent; fewer than there are where it stopped at an error. */
  readonly sent: number
}

/** How a batch is sent. */
export interface BatchOptions extends RequestOptions {
  /** Whether nothing more is sent after a datagram in which a message failed. Default false. */
  readonly stopAtError?: boolean
  /** Tells which errors are none, such as that of deleting what is gone already. Default: none. */
  readonly isHarmless?: (error: NetworkError, index: number) => boolean
  /** Given what the kernel made of each message, as it tells when asked to; the bytes are valid until it returns. */
  readonly echo?: ((reply: ReceivedMessage) => void) | undefined
}

/** Sends messages in few datagrams, each of which asks for an acknowledgement of its last one only. */
export async function sendBatch(
  transport: Transport,
  messages: readonly NetlinkMessage[],
  options: BatchOptions,
  nextSequence: () => number,
): Promise<BatchResult> {
  const errors = new Map<number, NetworkError>()
  let start = 0
  let most = messagesAtFirst
  while (start < messages.length) {
    const capacity = { messages: most, answers: transport.answerCapacity }
    const end = endOfSend(messages, start, capacity, options.echo !== undefined)
    const sequences = new Map<number, number>()
    const subject = messages[start]?.subject ?? 'batch'
    assertWanted(transport, options, subject)
    // The kernel works inside `send`, which would hold up everything else.
    const datagram = packed(messages, start, end, sequences, nextSequence, options.echo ? NLM_F_ECHO : 0)
    const isLong = end - start > messagesAtOnce || messages.slice(start, end).some(({ slow }) => slow)
    const began = performance.now()
    if (isLong) await sendLong(transport, datagram)
    else transport.send(datagram)
    most = paced(most, performance.now() - began)
    const last = end - 1
    await receiveUntil(
      transport,
      options,
      subject,
      (sequence) => sequences.has(sequence),
      (received) => {
        if (received.type >= NLMSG_MIN_TYPE) options.echo?.(received)
        const index = sequences.get(received.sequence)
        const request = index === undefined ? undefined : messages[index]
        if (received.type !== NLMSG_ERROR || index === undefined || !request) return false
        const acknowledgement = decodeErrorMessage(received)
        if (acknowledgement.errno !== 0) {
          const error = acknowledgementError(acknowledgement, request)
          if (!options.isHarmless?.(error, index)) errors.set(index, error)
        }
        return index === last
      },
    )
    if (options.echo) {
      receiveArrived(
        transport,
        subject,
        (sequence) => sequences.has(sequence),
        (received) => {
          if (received.type >= NLMSG_MIN_TYPE) options.echo?.(received)
          return false
        },
      )
    }
    start = end
    if (options.stopAtError && errors.size > 0) break
  }
  return { errors, sent: start }
}

/** How many messages are sent next, where so many took the kernel so long. */
function paced(most: number, milliseconds: number): number {
  if (milliseconds > longestSend) return Math.max(2 * messagesAtOnce, most >>> 1)
  return milliseconds < longestSend / 2 ? most * 2 : most
}

/** How many messages fit: by bytes, and because each of them may answer with an error. */
function endOfSend(
  messages: readonly NetlinkMessage[],
  start: number,
  most: { readonly messages: number; readonly answers: number },
  echo: boolean,
): number {
  let bytes = 0
  let answers = 0
  let end = start
  while (end < messages.length) {
    const message = messages[end]
    bytes += align4(message?.bytes.length ?? 0)
    answers += 1 + (echo || (message?.flags ?? 0) & NLM_F_ECHO ? answersAnEcho : 0)
    if (end > start && (bytes > bytesASend || answers > most.answers || end - start === most.messages)) break
    end++
  }
  return end
}

/**
 * Puts messages into one datagram.
 * @param sequences takes the index of each message by its sequence number
 * @param flags what every message bears besides its own
 * @param acknowledged the index of the one that asks for an acknowledgement
 */
export function packed(
  messages: readonly NetlinkMessage[],
  start: number,
  end: number,
  sequences: Map<number, number>,
  nextSequence: () => number,
  flags = 0,
  acknowledged: number = end - 1,
): Uint8Array {
  let length = 0
  for (let index = start; index < end; index++) length += align4(messages[index]?.bytes.length ?? 0)
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  let position = 0
  for (let index = start; index < end; index++) {
    const message = messages[index]
    if (!message) continue
    const sequence = nextSequence()
    sequences.set(sequence, index)
    bytes.set(message.bytes, position)
    stamp(view, position, sequence, message.flags | flags | (index === acknowledged ? NLM_F_ACK : 0))
    position += align4(message.bytes.length)
  }
  return bytes
}
