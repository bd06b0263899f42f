import type { RequestOptions } from '../netlink/exchange.js'
import type { Result } from '../result.js'
import {
  decodeNeighbor,
  deleteNeighbor,
  dumpNeighbors,
  type ListedNeighbor,
  type Neighbor,
  type NeighborFilter,
  newNeighbor,
  replaceNeighbor,
} from '../rtnetlink/neighbor.js'
import { type ListResult, Objects } from './objects.js'

/** The neighbor tables of a network: `ip neighbor`. */
export class Neighbors extends Objects {
  /** Adds an entry: `ip neighbor add`. An existing one is the error `EEXIST`. */
  create(neighbor: Neighbor, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => newNeighbor(neighbor, context), options)
  }

  /** {@link create}, by `ip`'s word. */
  add(neighbor: Neighbor, options: RequestOptions = {}): Promise<Result<void>> {
    return this.create(neighbor, options)
  }

  /** Adds an entry or changes it: `ip neighbor replace`. */
  replace(neighbor: Neighbor, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => replaceNeighbor(neighbor, context), options)
  }

  /** Removes an entry: `ip neighbor delete`. */
  delete(neighbor: Neighbor, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => deleteNeighbor(neighbor, context), options)
  }

  /** Lists entries, learned ones too: `ip neighbor`; with `proxy: true` those that the host answers for. */
  list(filter: NeighborFilter = {}, options: RequestOptions = {}): Promise<Result<ListResult<ListedNeighbor>>> {
    return this.dumpAll((context) => dumpNeighbors(filter, context), decodeNeighbor, options)
  }
}
