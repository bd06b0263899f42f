import type { RequestOptions } from '../netlink/exchange.js'
import type { Result } from '../result.js'
import {
  changeQdisc,
  decodeQdisc,
  deleteQdisc,
  dumpQdiscs,
  type ListedQdisc,
  newQdisc,
  type Qdisc,
  type QdiscPlace,
  replaceQdisc,
} from '../rtnetlink/qdiscs/qdisc.js'
import { checkFilter, link } from './filter.js'
import { type ListOptions, Objects } from './objects.js'

/** Which qdiscs or classes to list. */
export interface QdiscFilter {
  /** Only those of this link, by name or index. */
  readonly dev?: string | number
}

/** The queueing disciplines of a network's links: `tc qdisc`. */
export class Qdiscs extends Objects {
  /** Puts a qdisc in the place of the kernel's default: `tc qdisc add`. One that is there is the error `EEXIST`. */
  create(qdisc: Qdisc, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => newQdisc(qdisc, context), options)
  }

  /** {@link create}, by `tc`'s word. */
  add(qdisc: Qdisc, options: RequestOptions = {}): Promise<Result<void>> {
    return this.create(qdisc, options)
  }

  /** Puts a qdisc in a place, or changes one of the kind that is there: `tc qdisc replace`. */
  replace(qdisc: Qdisc, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => replaceQdisc(qdisc, context), options)
  }

  /**
   * Changes a qdisc that is there: `tc qdisc change`. A `tbf`, a `netem` and a fifo take what is left out for its
   * default; the others leave it as it is. `htb` and `sfq` cannot be changed.
   */
  change(qdisc: Qdisc, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => changeQdisc(qdisc, context), options)
  }

  /** Removes a qdisc with its classes and filters, so that the kernel's default is back: `tc qdisc delete`. */
  delete(place: QdiscPlace, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => deleteQdisc(place, context), options)
  }

  /** Lists qdiscs, those that the kernel put there by itself, too, whose `handle` is `0:`: `tc qdisc show`. */
  list(filter: QdiscFilter = {}, options: ListOptions = {}): Promise<Result<readonly ListedQdisc[]>> {
    return this.session.runList(options, async (request) => {
      checkFilter<QdiscFilter>(filter, { dev: link }, 'qdiscs.list')
      const { dev } = filter
      const all = await this.dumpAll(() => dumpQdiscs(), decodeQdisc, request)
      return dev === undefined ? all : all.filter((one) => one.dev === dev || one.index === dev)
    })
  }
}
