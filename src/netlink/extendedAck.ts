import { NetworkError } from '../error.js'
import { errnoName, errnoNumber, errnoText } from '../system/errno.js'
import { walkAttributes } from './attribute.js'
import { align4, littleEndian, type Payload } from './bytes.js'
import { withoutNames } from './codec.js'
import { headerSize, type NetlinkMessage, NLM_F_ACK_TLVS, NLM_F_CAPPED, type ReceivedMessage } from './message.js'
import { text, u32 } from './scalars.js'

// enum nlmsgerr_attrs and enum netlink_policy_type_attr: include/uapi/linux/netlink.h
const NLMSGERR_ATTR_MSG = 1
const NLMSGERR_ATTR_OFFS = 2
const NLMSGERR_ATTR_POLICY = 4
const NLMSGERR_ATTR_MISS_TYPE = 5
const NL_POLICY_TYPE_ATTR_MIN_VALUE_U = 4
const NL_POLICY_TYPE_ATTR_MAX_VALUE_U = 5

/** What the kernel answered to one request: error number 0 for success, and what it said of it. */
export interface Acknowledgement {
  /** The error number, positive; 0 for success. */
  readonly errno: number
  /** Text of the kernel: of the error, or a warning beside a success. */
  readonly message?: string
  /** Offset of the offending attribute in the request. */
  readonly offset?: number
  /** Type of an attribute that is missing. */
  readonly missingType?: number
  /** What values the attribute may have. */
  readonly range?: { readonly minimum: bigint; readonly maximum: bigint } | undefined
}

/** Reads an NLMSG_ERROR: an acknowledgement or an error. */
export function decodeErrorMessage(message: ReceivedMessage): Acknowledgement {
  const { body, flags } = message
  // Too short to say what became of the request, so that nobody may take it for a success.
  if (body.length < 4) return { errno: errnoNumber('EBADMSG') }
  const errno = Math.abs(body.view.getInt32(body.start, littleEndian))
  if (!(flags & NLM_F_ACK_TLVS) || body.length < 4 + headerSize) return { errno }
  // Without NLM_F_CAPPED the whole request stands between the error number and the attributes.
  const echoed = flags & NLM_F_CAPPED ? headerSize : align4(body.view.getUint32(body.start + 4, littleEndian))
  return { errno, ...decodeDetails(body.slice(body.start + 4 + echoed)) }
}

/** Reads an NLMSG_DONE, which ends a dump and may say that it failed; its attributes follow without a header. */
export function decodeDoneMessage(message: ReceivedMessage): Acknowledgement {
  const { body, flags } = message
  if (body.length < 4) return { errno: 0 }
  const errno = Math.abs(Math.min(0, body.view.getInt32(body.start, littleEndian)))
  return flags & NLM_F_ACK_TLVS ? { errno, ...decodeDetails(body.slice(body.start + 4)) } : { errno }
}

function decodeDetails(attributes: Payload): Omit<Acknowledgement, 'errno'> {
  const details: { message?: string; offset?: number; missingType?: number; range?: Acknowledgement['range'] } = {}
  walkAttributes(attributes, (type, start, end) => {
    const payload = attributes.slice(start, end)
    if (type === NLMSGERR_ATTR_MSG) details.message = text(0).decode(payload, withoutNames)
    if (payload.length < 4) return
    if (type === NLMSGERR_ATTR_OFFS) details.offset = u32.decode(payload, withoutNames)
    if (type === NLMSGERR_ATTR_MISS_TYPE) details.missingType = u32.decode(payload, withoutNames)
    if (type === NLMSGERR_ATTR_POLICY) details.range = decodePolicy(payload)
  })
  return details
}

function decodePolicy(payload: Payload): Acknowledgement['range'] {
  let minimum = 0n
  let maximum: bigint | undefined
  walkAttributes(payload, (type, start, end) => {
    if (end - start < 8) return
    const value = payload.view.getBigUint64(start, littleEndian)
    if (type === NL_POLICY_TYPE_ATTR_MIN_VALUE_U) minimum = value
    if (type === NL_POLICY_TYPE_ATTR_MAX_VALUE_U) maximum = value
  })
  return maximum === undefined ? undefined : { minimum, maximum }
}

/** The error that an acknowledgement stands for, told in terms of the message that it answers. */
export function acknowledgementError(acknowledgement: Acknowledgement, request: NetlinkMessage): NetworkError {
  const { errno, message: kernelMessage, offset, range } = acknowledgement
  const attribute = offset === undefined ? undefined : request.locate(offset)
  const code = errnoName(errno)
  const said = kernelMessage || errnoText(errno)
  const where = attribute === undefined ? '' : `, attribute ${attribute}`
  const allowed = range === undefined ? '' : `, allowed: ${range.minimum} to ${range.maximum}`
  return new NetworkError(code, `${request.subject}: ${said} (${code}${where}${allowed})`, {
    errno,
    object: request.subject.split(': ')[0] ?? request.subject,
    ...(kernelMessage ? { kernelMessage } : {}),
    ...(attribute === undefined ? {} : { attribute }),
  })
}
