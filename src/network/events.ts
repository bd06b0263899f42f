import { NetworkError } from '../error.js'
import { Monitor } from '../netlink/monitor.js'
import {
  RTNLGRP_BRVLAN,
  RTNLGRP_IPV4_IFADDR,
  RTNLGRP_IPV4_ROUTE,
  RTNLGRP_IPV4_RULE,
  RTNLGRP_IPV6_IFADDR,
  RTNLGRP_IPV6_ROUTE,
  RTNLGRP_IPV6_RULE,
  RTNLGRP_LINK,
  RTNLGRP_MDB,
  RTNLGRP_NEIGH,
  RTNLGRP_NEXTHOP,
  RTNLGRP_TUNNEL,
} from '../rtnetlink/constants.js'
import { decodeLinkName } from '../rtnetlink/decodeLink.js'
import { dumpLinks } from '../rtnetlink/linkMessages.js'
import { leavable } from '../system/leavable.js'
import { type Allowed, abortSignal, checkAllowed, flag } from '../system/optionValues.js'
import { decodeEvent } from './decodeEvent.js'
import type { EventSelection, NetworkChange, NetworkEvent } from './event.js'
import { LinkNames } from './linkNames.js'
import { assertNotAborted, type Session } from './session.js'

const groups = {
  links: [RTNLGRP_LINK],
  addresses: [RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR],
  routes: [RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE],
  nexthops: [RTNLGRP_NEXTHOP],
  rules: [RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE],
  neighbors: [RTNLGRP_NEIGH],
  // The kernel tells of forwarding databases where it tells of neighbors.
  fdb: [RTNLGRP_NEIGH],
  mdb: [RTNLGRP_MDB],
  vlans: [RTNLGRP_BRVLAN],
  vnis: [RTNLGRP_TUNNEL],
} as const

type Topic = keyof typeof groups
const topics = Object.keys(groups) as Topic[]
const selectionValues: Allowed<EventSelection> = {
  links: flag,
  addresses: flag,
  routes: flag,
  nexthops: flag,
  rules: flag,
  neighbors: flag,
  fdb: flag,
  mdb: flag,
  vlans: flag,
  vnis: flag,
  signal: abortSignal,
}
const unasked = ['links', 'addresses', 'routes', 'nexthops', 'rules'] as const

/**
 * The events of a network, from the call of `events()` on: `ip monitor`. They wait in the socket until they are
 * iterated over, once; leaving the loop ends them.
 */
export class NetworkEvents implements AsyncIterable<NetworkEvent>, AsyncDisposable, Disposable {
  readonly #session: Session
  readonly #names = new LinkNames()
  #signal: AbortSignal | undefined
  readonly #stop = (): void => this.close()
  #monitor: Monitor<NetworkChange> | undefined
  #failure: NetworkError | undefined

  /** @internal */
  constructor(session: Session, selection: EventSelection) {
    this.#session = session
    try {
      checkAllowed(selection, selectionValues, 'events')
      this.#signal = selection.signal
      this.#open(selection)
    } catch (error) {
      this.close()
      if (!(error instanceof NetworkError)) throw error
      this.#failure = error
    }
  }

  #open(selection: EventSelection): void {
    assertNotAborted(selection)
    const chosen = topics.filter((topic) => selection[topic])
    const wanted = chosen.length > 0 ? chosen : unasked
    const wants = (topic: Topic): boolean => wanted.some((one) => one === topic)
    const unwanted = new Set<NetworkChange['kind']>([
      ...(wants('links') ? [] : (['link'] as const)),
      ...(wants('neighbors') ? [] : (['neighbor'] as const)),
      ...(wants('fdb') ? [] : (['fdb'] as const)),
    ])
    // Those about links are needed in any case, for the names.
    const joined = new Set([RTNLGRP_LINK, ...wanted.flatMap((topic): readonly number[] => groups[topic])])
    this.#monitor = new Monitor(this.#session.listen(this.#stop), [...joined], (message) => {
      const event = decodeEvent(message, this.#names)
      return event && unwanted.has(event.kind) ? undefined : event
    })
    this.#signal?.addEventListener('abort', this.#stop, { once: true })
  }

  /** Events as they come, until listening ends. */
  [Symbol.asyncIterator](): AsyncGenerator<NetworkEvent, void, undefined> {
    return leavable(this.#events(), this.#stop)
  }

  async *#events(): AsyncGenerator<NetworkEvent, void, undefined> {
    const monitor = this.#monitor
    try {
      if (this.#failure) throw this.#failure
      if (!monitor) return
      await this.#readNames()
      for await (const event of monitor) {
        yield event.kind === 'overrun' ? event : event.change
        if (event.kind === 'overrun') await this.#readNames()
      }
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error
      // Who closed the network or the events needs not be told.
      const isExpected = this.#failure === undefined && this.#monitor === undefined
      if (!isExpected) yield { kind: 'error', error }
    } finally {
      this.close()
    }
  }

  async #readNames(): Promise<void> {
    const options = { signal: this.#signal }
    const { items } = await this.#session.connection.dump(dumpLinks(), ({ body }) => decodeLinkName(body), options)
    this.#names.reset(items)
  }

  /** Ends the events and frees the socket; a second call does nothing. */
  close(): void {
    this.#signal?.removeEventListener('abort', this.#stop)
    this.#session.forget(this.#stop)
    this.#monitor?.close()
    this.#monitor = undefined
  }

  /** Closes it at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** Closes it at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return Promise.resolve()
  }
}
