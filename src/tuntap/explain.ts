import { NetworkError } from '../error.js'
import { messagesOf } from '../netlink/message.js'
import { stamped } from '../netlink/stamp.js'
import { FfiTransport } from '../netlink/transports/ffi.js'
import { RTM_NEWLINK } from '../rtnetlink/constants.js'
import { decodeLink } from '../rtnetlink/decodeLink.js'
import type { ListedLink } from '../rtnetlink/link.js'
import { getLink } from '../rtnetlink/linkMessages.js'
import { errnoName, errnoText } from '../system/errno.js'
import { CallFailure } from './cloneDevice.js'
import { describeLink, type TunTapFraming, type TunTapMode } from './configuration.js'

/** What was tried when a call failed. */
export interface Attempt extends TunTapFraming {
  readonly name: string
  readonly mode: TunTapMode
  /** `create` wanted a new device, `attach` would have taken an existing one. */
  readonly action: 'create' | 'attach'
}

/**
 * Turns a failed call into an error that says why and what to do. The kernel has one EINVAL and one EBUSY for many
 * reasons, so the link of that name is looked at.
 */
export function explain(failure: unknown, attempt: Attempt, namespaceFd: number | undefined): unknown {
  if (!(failure instanceof CallFailure)) return failure
  const { errno } = failure
  const object = describeLink(attempt.name)
  const { code, reason, attribute } =
    failure.call === 'TUNSETIFF' ? attachReason(errno, attempt, namespaceFd) : callReason(failure)
  const message = `${object}: ${reason} (${errnoName(errno)})`
  return new NetworkError(code, message, { errno, object, ...(attribute === undefined ? {} : { attribute }) })
}

interface Reason {
  readonly code: string
  readonly reason: string
  readonly attribute?: string
}

function callReason({ errno, what }: CallFailure): Reason {
  return { code: errnoName(errno), reason: `${what}: ${errnoText(errno)}` }
}

function attachReason(errno: number, attempt: Attempt, namespaceFd: number | undefined): Reason {
  const code = errnoName(errno)
  const { mode, action } = attempt
  if (code === 'EPERM' || code === 'EACCES') {
    const exists = action === 'attach' && findLink(attempt.name, namespaceFd) !== undefined
    const capability = 'CAP_NET_ADMIN in its network namespace'
    const reason = exists
      ? `no permission to attach: be its owner, or of its group, or have ${capability}`
      : `no permission to create a ${mode} device: that needs ${capability}`
    return { code, reason }
  }
  if (code === 'E2BIG') {
    return {
      code,
      reason: 'all queues that the kernel allows are open (256); close some first',
      attribute: 'multiQueue',
    }
  }
  const existing = code === 'EBUSY' || code === 'EINVAL' ? findLink(attempt.name, namespaceFd) : undefined
  if (existing) return conflict(code, attempt, existing)
  return { code, reason: `${action} ${mode}: ${errnoText(errno)}` }
}

/** Why a link that exists cannot be had. */
function conflict(code: string, attempt: Attempt, existing: ListedLink): Reason {
  const { mode, action } = attempt
  const { kind } = existing
  if (kind !== 'tun' && kind !== 'tap') {
    const what = kind === undefined ? 'link that is neither tun nor tap' : `${kind} link`
    return { code: 'EEXIST', reason: `the name is taken by a ${what}; choose another one`, attribute: 'name' }
  }
  if (action === 'create') {
    return { code: 'EEXIST', reason: `a ${kind} device of this name exists already; delete it or attach to it` }
  }
  if (kind !== mode) {
    const advice = `open it as ${kind}, or delete it first`
    return { code, reason: `it is a ${kind} device and cannot be used as ${mode}; ${advice}`, attribute: 'mode' }
  }
  if (code === 'EBUSY') {
    return { code, reason: 'it is open in another place and has one queue; close it there, or make it multiQueue' }
  }
  if ((existing[kind]?.multiQueue ?? false) !== (attempt.multiQueue ?? false)) {
    const is = attempt.multiQueue ? 'it was created without multiQueue' : 'it was created with multiQueue'
    return { code, reason: `${is}; open it the same way, or delete it first`, attribute: 'multiQueue' }
  }
  return { code, reason: `attach ${mode}: ${errnoText(22)}` }
}

/** Looks a link up; `undefined` where there is none, and where it cannot be told. */
function findLink(name: string, namespaceFd: number | undefined): ListedLink | undefined {
  try {
    const transport = new FfiTransport(namespaceFd === undefined ? {} : { namespaceFd })
    try {
      transport.send(stamped(getLink({ name }), 1, 0))
      // rtnetlink answers inside `send`.
      const received = transport.receive()
      if (received.kind !== 'datagram') return undefined
      for (const message of messagesOf(received.datagram.bytes)) {
        if (message.type === RTM_NEWLINK) return decodeLink(message.body)
      }
    } finally {
      transport.close()
    }
  } catch (error) {
    // The failure that is being explained must not hide behind this one.
    if (!(error instanceof NetworkError)) throw error
  }
  return undefined
}
