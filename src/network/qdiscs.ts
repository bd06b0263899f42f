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
import { qdiscKind } from '../rtnetlink/qdiscs/registry.js'
import { checkFilter, link } from './filter.js'
import { type ListOptions, Objects } from './objects.js'
import { checkObject, known } from './properties.js'

/** Which qdiscs or classes to list. */
export interface QdiscFilter {
  /** Only those of this link, by name or index. */
  readonly dev?: string | number
}

const placeNames = {
  dev: 'needed link',
  parent: 'optional handle',
  handle: 'optional handle',
  kind: 'told',
  index: 'told',
}

/** Whoever writes the message knows the options of each kind. */
function knownQdisc(qdisc: Qdisc): Qdisc {
  checkObject(qdisc, 'qdisc')
  const { dev, parent, handle } = qdisc
  known({ dev, parent, handle }, placeNames, 'qdisc')
  return qdisc
}

/** A listed qdisc is a place, too, with options of its kind: anything else may be a place that is misspelt. */
function knownPlace(place: QdiscPlace & { readonly kind?: unknown }): QdiscPlace {
  checkObject(place, 'qdisc')
  const domain = qdiscKind(String(place.kind))?.options.domain
  const options = domain?.type === 'object' ? Object.keys(domain.properties) : ['name', 'bytes']
  return known(place, { ...Object.fromEntries(options.map((name) => [name, 'told'])), ...placeNames }, 'qdisc')
}

/** The queueing disciplines of a network's links: `tc qdisc`. */
export class Qdiscs extends Objects {
  /** Puts a qdisc in the place of the kernel's default: `tc qdisc add`. One that is there is the error `EEXIST`. */
  create(qdisc: Qdisc, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => newQdisc(knownQdisc(qdisc), context), options)
  }

  /** {@link create}, by `tc`'s word. */
  add(qdisc: Qdisc, options: RequestOptions = {}): Promise<Result<void>> {
    return this.create(qdisc, options)
  }

  /** Puts a qdisc in a place, or changes one of the kind that is there: `tc qdisc replace`. */
  replace(qdisc: Qdisc, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => replaceQdisc(knownQdisc(qdisc), context), options)
  }

  /**
   * Changes a qdisc that is there: `tc qdisc change`. A `tbf`, a `netem` and a fifo take what is left out for its
   * default; the others leave it as it is. `htb` and `sfq` cannot be changed.
   */
  change(qdisc: Qdisc, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => changeQdisc(knownQdisc(qdisc), context), options)
  }

  /** Removes a qdisc with its classes and filters, so that the kernel's default is back: `tc qdisc delete`. */
  delete(place: QdiscPlace, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => deleteQdisc(knownPlace(place), context), options)
  }

  /** Lists qdiscs, those that the kernel put there by itself, too, whose `handle` is `0:`: `tc qdisc show`. */
  list(filter: QdiscFilter = {}, options: ListOptions = {}): Promise<Result<readonly ListedQdisc[]>> {
    return this.session.runList(options, (request) => {
      checkFilter<QdiscFilter>(filter, { dev: link }, 'qdiscs.list')
      return this.ofDev(filter.dev, () => this.dumpAll(() => dumpQdiscs(), decodeQdisc, request), request)
    })
  }
}
