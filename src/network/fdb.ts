import type { RequestOptions } from '../netlink/exchange.js'
import type { Result } from '../result.js'
import {
  appendFdbEntry,
  decodeFdbEntry,
  deleteFdbEntry,
  dumpFdb,
  type FdbEntry,
  type ListedFdbEntry,
  newFdbEntry,
  replaceFdbEntry,
} from '../rtnetlink/fdb.js'
import { checkFilter, link } from './filter.js'
import { type ListOptions, Objects } from './objects.js'
import { known } from './properties.js'
import { fdbEntryNames } from './propertyNames.js'

/** Which entries of forwarding databases to list. */
export interface FdbQuery {
  /** Only entries of this bridge and of its ports, by name or index. */
  readonly master?: string | number
  /** Only entries of this link, by name or index. */
  readonly dev?: string | number
}

/** The forwarding databases of a network, of bridges and of VXLANs: `bridge fdb`. */
export class Fdb extends Objects {
  /** Adds an entry: `bridge fdb add`. One that is there is the error `EEXIST`. */
  create(entry: FdbEntry, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => newFdbEntry(known(entry, fdbEntryNames, 'fdb entry'), context), options)
  }

  /** {@link create}, by `bridge`'s word. */
  add(entry: FdbEntry, options: RequestOptions = {}): Promise<Result<void>> {
    return this.create(entry, options)
  }

  /** Adds an entry or changes it, also one that is behind another port of the bridge: `bridge fdb replace`. */
  replace(entry: FdbEntry, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => replaceFdbEntry(known(entry, fdbEntryNames, 'fdb entry'), context), options)
  }

  /** Adds a further remote end to a VXLAN's group or all-zero address: `bridge fdb append`. */
  append(entry: FdbEntry, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => appendFdbEntry(known(entry, fdbEntryNames, 'fdb entry'), context), options)
  }

  /** Removes an entry: `bridge fdb delete`. Without a VLAN the kernel removes it in all VLANs of the port. */
  delete(entry: FdbEntry, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => deleteFdbEntry(known(entry, fdbEntryNames, 'fdb entry'), context), options)
  }

  /** Lists entries, learned ones and the kernel's own too: `bridge fdb show`. */
  list(filter: FdbQuery = {}, options: ListOptions = {}): Promise<Result<readonly ListedFdbEntry[]>> {
    return this.session.runList(options, async (request) => {
      checkFilter<FdbQuery>(filter, { master: link, dev: link }, 'fdb.list')
      const { dev, ...others } = filter
      const asked = { ...others, ...(dev === undefined ? {} : { port: dev }) }
      const list = () => this.dumpAll((context) => dumpFdb(asked, context), decodeFdbEntry, request)
      await this.checkLinks([filter.master], request)
      return await this.ofDev(dev, list, request)
    })
  }
}
