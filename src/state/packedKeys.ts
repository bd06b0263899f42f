import type { RouteRecord } from './route.js'

/** What names a route besides its prefix. */
type KeyParts = Pick<RouteRecord, 'table' | 'from' | 'tos' | 'metric'>

/** Numbers for what names a route besides its prefix: table, source prefix, type of service and metric. */
export class KeyNumbers {
  readonly #numbers = new Map<string, number>()

  /** The number of each way. */
  of(ways: readonly KeyParts[]): Uint32Array {
    return Uint32Array.from(ways, (way) => this.#numberOf(way))
  }

  #numberOf({ table, from = '', tos, metric }: KeyParts): number {
    const key = `${table} ${from} ${tos} ${metric}`
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.#numbers.size)
    return this.#numbers.size - 1
  }
}
