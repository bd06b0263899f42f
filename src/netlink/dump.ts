import { NetworkError } from '../error.js'
import { align4, littleEndian } from './bytes.js'
import { type RequestOptions, receiveDatagrams } from './exchange.js'
import { acknowledgementError, decodeDoneMessage, decodeErrorMessage } from './extendedAck.js'
import {
  headerSize,
  messagesOf,
  type NetlinkMessage,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_MIN_TYPE,
} from './message.js'
import type { Transport } from './transports/transport.js'

/** Takes the bodies of a dump's messages, without an object for each. */
export interface BodySink {
  /** Forgets what it was given: the dump begins again. */
  restart(): void
  /** Takes the bytes from `start` to `end`, which are valid until it returns. */
  add(bytes: Uint8Array, view: DataView, start: number, end: number): void
}

/** Receives the answers to a dump request; false where the kernel's state changed meanwhile. */
export async function receiveBodies(
  transport: Transport,
  message: NetlinkMessage,
  sequence: number,
  sink: BodySink,
  options: RequestOptions,
): Promise<boolean> {
  let consistent = true
  await receiveDatagrams(transport, options, message.subject, (datagram) => {
    const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength)
    let position = 0
    while (position + headerSize <= datagram.length) {
      const length = view.getUint32(position, littleEndian)
      const end = position + length
      if (length < headerSize || end > datagram.length) return false
      const type = view.getUint16(position + 4, littleEndian)
      const isOurs =
        view.getUint32(position + 8, littleEndian) === sequence &&
        view.getUint32(position + 12, littleEndian) === transport.portId
      if (isOurs) {
        if (view.getUint16(position + 6, littleEndian) & NLM_F_DUMP_INTR) consistent = false
        if (type >= NLMSG_MIN_TYPE) sink.add(datagram, view, position + headerSize, end)
        else if (type === NLMSG_DONE || type === NLMSG_ERROR) {
          assertDone(datagram.subarray(position, end), type, message)
          return true
        }
      }
      position += align4(length)
    }
    return false
  })
  return consistent
}

function assertDone(bytes: Uint8Array, type: number, message: NetlinkMessage): void {
  for (const received of messagesOf(bytes)) {
    const acknowledgement = type === NLMSG_DONE ? decodeDoneMessage(received) : decodeErrorMessage(received)
    if (acknowledgement.errno !== 0) throw acknowledgementError(acknowledgement, message)
  }
}

/** The error of a state that was read in half: a plan made from it could delete what it merely did not see. */
export function inconsistent({ subject }: NetlinkMessage): NetworkError {
  return new NetworkError('INCONSISTENT', `${subject}: the state changed during every attempt to read it`)
}
