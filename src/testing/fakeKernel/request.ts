import type { Payload } from '../../netlink/bytes.js'
import type { Outgoing } from './kernelMessage.js'

/** A request as the parts of the kernel see it. */
export interface FakeRequest {
  readonly type: number
  readonly flags: number
  readonly body: Payload
  /** Tells the one who asked alone, where that is wanted (NLM_F_ECHO). */
  echo(message: Outgoing): void
  /** Tells the listeners of a group, and the one who asked where that is wanted (NLM_F_ECHO). */
  notify(group: number, message: Outgoing): void
}

/** What a part of the kernel answers to which message types. */
export interface Handlers {
  readonly requests: Readonly<Record<number, (request: FakeRequest) => readonly Outgoing[] | undefined>>
  readonly dumps: Readonly<Record<number, (request: FakeRequest) => { items: readonly Outgoing[]; filtered: boolean }>>
}
