import type { RequestOptions } from '../netlink/exchange.js'
import type { Result } from '../result.js'
import {
  decodeTrafficClass,
  deleteTrafficClass,
  dumpTrafficClasses,
  type ListedTrafficClass,
  newTrafficClass,
  replaceTrafficClass,
  type TrafficClass,
} from '../rtnetlink/qdiscs/trafficClass.js'
import { checkFilter, link } from './filter.js'
import { type ListOptions, Objects } from './objects.js'
import { known } from './properties.js'
import { trafficClassNames } from './propertyNames.js'

/** The classes of a network's HTB qdiscs: `tc class`. */
export class TrafficClasses extends Objects {
  /** Creates a class: `tc class add`. */
  create(one: TrafficClass, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => newTrafficClass(known(one, trafficClassNames, 'class'), context), options)
  }

  /** {@link create}, by `tc`'s word. */
  add(one: TrafficClass, options: RequestOptions = {}): Promise<Result<void>> {
    return this.create(one, options)
  }

  /** Creates a class, or changes all of one that is there: `tc class replace`. */
  replace(one: TrafficClass, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => replaceTrafficClass(known(one, trafficClassNames, 'class'), context), options)
  }

  /** Removes a class with its leaf. One that others are part of, or filters lead to, is the error `EBUSY`: `tc class delete`. */
  delete(one: Pick<TrafficClass, 'dev' | 'id'>, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send(
      (context) => deleteTrafficClass(known(one, { ...trafficClassNames, rate: 'told' }, 'class'), context),
      options,
    )
  }

  /** Lists the classes of a link: `tc class show dev NAME`. */
  list(filter: Pick<TrafficClass, 'dev'>, options: ListOptions = {}): Promise<Result<readonly ListedTrafficClass[]>> {
    return this.session.runList(options, async (request) => {
      const call = 'trafficClasses.list'
      checkFilter<Pick<TrafficClass, 'dev'>>(filter, { dev: link }, call)
      const { dev } = known(filter, { dev: 'needed' }, `${call}: filter`)
      await this.checkLinks([dev], request)
      return await this.dumpAll((context) => dumpTrafficClasses(dev, context), decodeTrafficClass, request)
    })
  }
}
