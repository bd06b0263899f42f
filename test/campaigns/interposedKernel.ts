import { NetworkError } from '../../src/error.js'
import { littleEndian } from '../../src/netlink/bytes.js'
import { messagesOf, type ReceivedMessage } from '../../src/netlink/message.js'
import type { Received, Transport } from '../../src/netlink/transports/transport.js'
import { type Kernel, type KernelMaker, machineKernel } from '../../src/reconcile/world/kernel.js'
import { systemError } from '../../src/system/errno.js'
import type { TunTapConfiguration } from '../../src/tuntap/index.js'
import { Wrapped } from '../helpers/transports.js'

/** One change on its way to the kernel. */
export interface Change {
  /** How many changes there were before it, of all namespaces. */
  readonly number: number
  /** RTM_* number, the number of the message of nf_tables that is acknowledged, or the system call that makes it. */
  readonly what: number | 'createTunTap' | 'configureTunTap' | 'writeSysctl'
  /** The whole message, or the messages of which the kernel does all or none. */
  readonly bytes?: Uint8Array
}

/**
 * What becomes of a change: it is passed on; refused with an error number; not passed on, and success is told
 * (`ignore`); passed on, but nothing is answered from it on (`lose`); or neither it nor what is sent with it behind it
 * is passed on, and nothing is answered (`mute`). A system call that is lost or mute throws EIO.
 */
export type Verdict = 'pass' | 'ignore' | 'lose' | 'mute' | { readonly errno: number }

/** Is asked before each change, and told when the kernel has done it. */
export interface Judge {
  before(change: Change): Verdict
  after?(change: Change): void
}

/** Makes the machine's kernels with a judge before them, who sees the changes of all namespaces in order. */
export function interposedKernel(judge: Judge): KernelMaker {
  let count = 0
  const next = (what: Change['what'], bytes?: Uint8Array): Change => ({
    number: count++,
    what,
    ...(bytes ? { bytes } : {}),
  })
  return (namespaceFd) => {
    const kernel = machineKernel(namespaceFd)
    const call = (what: Change['what'], work: () => void): void => {
      const change = next(what)
      const verdict = judge.before(change)
      if (typeof verdict === 'object') throw systemError(verdict.errno, String(what))
      if (verdict === 'pass' || verdict === 'lose') work()
      if (verdict === 'pass') judge.after?.(change)
      else if (verdict !== 'ignore') throw systemError(EIO, String(what))
    }
    return {
      readSysctl: (name) => kernel.readSysctl(name),
      writeSysctl: (name, value) => call('writeSysctl', () => kernel.writeSysctl(name, value)),
      configureTunTap: (device) => call('configureTunTap', () => kernel.configureTunTap(device)),
      createTunTaps: (devices) => devices.map((device) => createOne(device, kernel, call)),
      lacking: (kind, options, request, loads) => kernel.lacking(kind, options, request, loads),
      readSysctls: (directory) => kernel.readSysctls(directory),
      lacksQdisc: (kind, request) => kernel.lacksQdisc(kind, request),
      lacksEncapsulation: (type, request) => kernel.lacksEncapsulation(type, request),
      lacksMdbOfVxlans: (request) => kernel.lacksMdbOfVxlans(request),
      lacksValue: (tried, request) => kernel.lacksValue(tried, request),
      sample: (section, request) => kernel.sample(section, request),
      transport: () => new JudgedTransport(kernel.transport(), messagesApart, judge, next),
      transportOf: (protocol) => {
        const parts = protocol === 'netfilter' ? wholeTransaction : messagesApart
        return new JudgedTransport(kernel.transportOf(protocol), parts, judge, next)
      },
    }
  }
}

const EIO = 5

function createOne(
  device: TunTapConfiguration,
  kernel: Kernel,
  call: (what: Change['what'], work: () => void) => void,
): NetworkError | undefined {
  try {
    call('createTunTap', () => {
      const [error] = kernel.createTunTaps([device])
      if (error) throw error
    })
    return undefined
  } catch (error) {
    if (error instanceof NetworkError) return error
    throw error
  }
}

/** What the kernel does or does not do as one, out of a datagram. */
interface Part {
  readonly bytes: Uint8Array
  /** The message that is answered for all. */
  readonly answered: ReceivedMessage
  readonly isChange: boolean
}

/** Of each four RTM_* numbers the third reads, the others change: include/uapi/linux/rtnetlink.h */
function messagesApart(datagram: Uint8Array): Part[] {
  return [...messagesOf(datagram)].map((message) => ({
    bytes: bytesOf(datagram, message),
    answered: message,
    isChange: message.type >= 16 && message.type % 4 !== 2,
  }))
}

const NFNL_MSG_BATCH_BEGIN = 16

/** nf_tables changes by transactions, each in one datagram, and reads by messages alone. */
function wholeTransaction(datagram: Uint8Array): Part[] {
  const messages = [...messagesOf(datagram)]
  const [first] = messages
  if (!first) return []
  const answered = messages.find(({ flags }) => flags & NLM_F_ACK) ?? first
  return [{ bytes: datagram, answered, isChange: first.type === NFNL_MSG_BATCH_BEGIN }]
}

/** Takes datagrams apart, so that each change can be judged by itself; answers keep the kernel's order. */
class JudgedTransport extends Wrapped {
  readonly #partsOf: (datagram: Uint8Array) => Part[]
  readonly #judge: Judge
  readonly #next: (what: Change['what'], bytes: Uint8Array) => Change
  readonly #answers: Uint8Array[] = []

  constructor(
    inner: Transport,
    partsOf: (datagram: Uint8Array) => Part[],
    judge: Judge,
    next: (what: Change['what'], bytes: Uint8Array) => Change,
  ) {
    super(inner)
    this.#partsOf = partsOf
    this.#judge = judge
    this.#next = next
  }

  override send(datagram: Uint8Array): void {
    const parts = this.#partsOf(datagram)
    if (!parts.some(({ isChange }) => isChange)) {
      super.send(datagram)
      return
    }
    let silent = false
    for (const { bytes, answered } of parts) {
      const change = this.#next(answered.type, bytes)
      const verdict = this.#judge.before(change)
      if (verdict === 'mute') return
      if (verdict === 'lose') silent = true
      const answers =
        typeof verdict === 'object'
          ? [errorMessage(answered, verdict.errno, this.portId)]
          : verdict === 'ignore'
            ? acknowledgement(answered, this.portId)
            : this.#pass(bytes)
      if (!silent) this.#answers.push(...answers)
      if (verdict === 'pass' || verdict === 'lose') this.#judge.after?.(change)
    }
  }

  /** The kernel works and answers inside `send`. */
  #pass(bytes: Uint8Array): Uint8Array[] {
    super.send(bytes)
    const answers: Uint8Array[] = []
    for (let next = super.receive(); next.kind === 'datagram'; next = super.receive()) {
      answers.push(next.datagram.bytes.slice())
    }
    return answers
  }

  override receive(): Received {
    const bytes = this.#answers.shift()
    return bytes ? { kind: 'datagram', datagram: { bytes, senderPortId: 0, truncated: false } } : super.receive()
  }

  override readable(signal?: AbortSignal): Promise<void> {
    return this.#answers.length > 0 ? Promise.resolve() : super.readable(signal)
  }
}

const headerSize = 16
const NLMSG_ERROR = 2
const NLM_F_ACK = 4
const NLM_F_CAPPED = 0x100

function bytesOf(datagram: Uint8Array, { body }: ReceivedMessage): Uint8Array {
  const start = body.start - headerSize
  return datagram.slice(start, start + headerSize + body.length)
}

/** struct nlmsgerr with the header of what it answers: include/uapi/linux/netlink.h */
function errorMessage(request: ReceivedMessage, errno: number, portId: number): Uint8Array {
  const bytes = new Uint8Array(headerSize + 4 + headerSize)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bytes.length, littleEndian)
  view.setUint16(4, NLMSG_ERROR, littleEndian)
  view.setUint16(6, NLM_F_CAPPED, littleEndian)
  view.setUint32(8, request.sequence, littleEndian)
  view.setUint32(12, portId, littleEndian)
  view.setInt32(headerSize, -errno, littleEndian)
  view.setUint32(headerSize + 4, headerSize + request.body.length, littleEndian)
  view.setUint16(headerSize + 8, request.type, littleEndian)
  view.setUint16(headerSize + 10, request.flags, littleEndian)
  view.setUint32(headerSize + 12, request.sequence, littleEndian)
  return bytes
}

function acknowledgement(request: ReceivedMessage, portId: number): Uint8Array[] {
  return request.flags & NLM_F_ACK ? [errorMessage(request, 0, portId)] : []
}
