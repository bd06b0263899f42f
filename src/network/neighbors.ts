import { NetworkError } from '../error.js'
import { parseAddress } from '../ip/address.js'
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
import { flag } from '../system/optionValues.js'
import { checkFilter, family, link } from './filter.js'
import { type ListOptions, Objects } from './objects.js'
import { checkKept, known, part } from './properties.js'
import { neighborNames } from './propertyNames.js'

/** The neighbor tables of a network: `ip neighbor`. */
export class Neighbors extends Objects {
  /** Adds an entry: `ip neighbor add`. An existing one is the error `EEXIST`. */
  create(neighbor: Neighbor, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => newNeighbor(known(neighbor, neighborNames, 'neighbor'), context), options)
  }

  /** {@link create}, by `ip`'s word. */
  add(neighbor: Neighbor, options: RequestOptions = {}): Promise<Result<void>> {
    return this.create(neighbor, options)
  }

  /** Adds an entry or changes it: `ip neighbor replace`. */
  replace(neighbor: Neighbor, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => replaceNeighbor(known(neighbor, neighborNames, 'neighbor'), context), options)
  }

  /**
   * Changes properties of an entry and leaves the rest of it: `ip neighbor change`. A missing one is the error
   * `ENOENT`.
   */
  update(
    neighbor: Pick<Neighbor, 'dev' | 'address' | 'proxy'>,
    changes: Omit<Partial<Neighbor>, 'dev' | 'address' | 'proxy'>,
    options: RequestOptions = {},
  ): Promise<Result<void>> {
    return this.session.run(options, async (request) => {
      const { dev, address, proxy = false } = known(neighbor, neighborNames, 'neighbor')
      part(changes, neighborNames, 'neighbor')
      const bytes = Buffer.from(parseAddress(address) ?? [])
      const entries = await this.#list({ dev, proxy }, request)
      const current = entries.find((candidate) => bytes.equals(parseAddress(candidate.address) ?? new Uint8Array()))
      if (!current) {
        const object = `neighbor ${address} dev ${dev}`
        throw new NetworkError('ENOENT', `${object}: update: does not exist (ENOENT)`, { object })
      }
      const wanted: Neighbor = { ...current, ...changes }
      checkKept<Neighbor>(current, wanted, ['dev', 'address', 'proxy'], 'neighbor')
      await this.sendOrThrow((context) => [replaceNeighbor(wanted, context)], request)
    })
  }

  /** Removes an entry: `ip neighbor delete`. */
  delete(neighbor: Neighbor, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => deleteNeighbor(known(neighbor, neighborNames, 'neighbor'), context), options)
  }

  /** Lists entries, learned ones too: `ip neighbor`; with `proxy: true` those that the host answers for. */
  list(filter: NeighborFilter = {}, options: ListOptions = {}): Promise<Result<readonly ListedNeighbor[]>> {
    return this.session.runList(options, (request) => this.#list(filter, request))
  }

  async #list(filter: NeighborFilter, options: ListOptions): Promise<readonly ListedNeighbor[]> {
    checkFilter<NeighborFilter>(filter, { family, dev: link, proxy: flag }, 'neighbors.list')
    await this.checkLinks([filter.dev], options)
    return await this.dumpAll((context) => dumpNeighbors(filter, context), decodeNeighbor, options)
  }
}
