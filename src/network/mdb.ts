import type { RequestOptions } from '../netlink/exchange.js'
import type { Result } from '../result.js'
import {
  decodeMdb,
  deleteMdbEntry,
  dumpMdb,
  type ListedMdbEntry,
  type MdbEntry,
  newMdbEntry,
  replaceMdbEntry,
} from '../rtnetlink/mdb.js'
import { checkFilter, link } from './filter.js'
import { type ListOptions, Objects } from './objects.js'
import { known } from './properties.js'
import { mdbEntryNames } from './propertyNames.js'

/** Which entries of multicast databases to list. */
export interface MdbFilter {
  /** Only entries of this bridge or VXLAN, by name or index. */
  readonly dev?: string | number
}

/** The multicast databases of a network's bridges and VXLANs: `bridge mdb`. */
export class Mdb extends Objects {
  /** Adds an entry: `bridge mdb add`. One that is there is the error `EEXIST`. A bridge must be up and snooping. */
  create(entry: MdbEntry, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => newMdbEntry(known(entry, mdbEntryNames, 'mdb entry'), context), options)
  }

  /** {@link create}, by `bridge`'s word. */
  add(entry: MdbEntry, options: RequestOptions = {}): Promise<Result<void>> {
    return this.create(entry, options)
  }

  /** Adds an entry or changes it: `bridge mdb replace`. Before Linux 6.3 one that is there is the error `EEXIST`. */
  replace(entry: MdbEntry, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => replaceMdbEntry(known(entry, mdbEntryNames, 'mdb entry'), context), options)
  }

  /** Removes an entry: `bridge mdb delete`. */
  delete(entry: MdbEntry, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => deleteMdbEntry(known(entry, mdbEntryNames, 'mdb entry'), context), options)
  }

  /** Lists entries, learned ones too: `bridge mdb show`. */
  list(filter: MdbFilter = {}, options: ListOptions = {}): Promise<Result<readonly ListedMdbEntry[]>> {
    return this.session.runList(options, (request) => {
      checkFilter<MdbFilter>(filter, { dev: link }, 'mdb.list')
      const list = async () => (await this.dumpAll(() => dumpMdb(), decodeMdb, request)).flat()
      return this.ofDev(filter.dev, list, request)
    })
  }
}
