import type { RequestOptions } from '../netlink/exchange.js'
import type { Result } from '../result.js'
import type { ListedNexthopObject, NexthopFilter, NexthopObject } from '../rtnetlink/nexthop.js'
import {
  decodeNexthop,
  deleteNexthop,
  dumpNexthops,
  getNexthop,
  newNexthop,
  replaceNexthop,
} from '../rtnetlink/nexthopMessages.js'
import { flag } from '../system/optionValues.js'
import { checkFilter, link } from './filter.js'
import { type ListOptions, Objects } from './objects.js'
import { known } from './properties.js'
import { nexthopNames } from './propertyNames.js'

/** The nexthop objects of a network: `ip nexthop`. */
export class Nexthops extends Objects {
  /** Adds an object: `ip nexthop add`. A taken id is the error `EEXIST`. */
  create(nexthop: NexthopObject, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => newNexthop(known(nexthop, nexthopNames, 'nexthop'), context), options)
  }

  /** {@link create}, by `ip`'s word. */
  add(nexthop: NexthopObject, options: RequestOptions = {}): Promise<Result<void>> {
    return this.create(nexthop, options)
  }

  /**
   * Adds an object or puts it in the place of the one of its id, whose routes and groups go on with it:
   * `ip nexthop replace`. A group and what is none do not replace each other, nor do groups of two types.
   */
  replace(nexthop: NexthopObject, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => replaceNexthop(known(nexthop, nexthopNames, 'nexthop'), context), options)
  }

  /** Removes an object with all routes that use it, and takes it out of its groups: `ip nexthop delete`. */
  delete(nexthop: Pick<NexthopObject, 'id'>, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send(() => deleteNexthop(known(nexthop, nexthopNames, 'nexthop')), options)
  }

  /** Lists objects by their ids: `ip nexthop`. A filter works in the kernel. */
  list(filter: NexthopFilter = {}, options: ListOptions = {}): Promise<Result<readonly ListedNexthopObject[]>> {
    return this.session.runList(options, async (request) => {
      checkFilter<NexthopFilter>(filter, { dev: link, master: link, groups: flag, fdb: flag }, 'nexthops.list')
      await this.checkLinks([filter.dev, filter.master], request)
      return await this.dumpAll((context) => dumpNexthops(filter, context), decodeNexthop, request)
    })
  }

  /** One object by its id: `ip nexthop get`. A missing one is the error `ENOENT`. */
  get(id: number, options: RequestOptions = {}): Promise<Result<ListedNexthopObject | undefined>> {
    return this.session.run(options, (request) => this.askOne(() => getNexthop({ id }), decodeNexthop, request))
  }
}
