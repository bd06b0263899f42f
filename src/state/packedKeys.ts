import { eachInTurns } from '../system/inTurns.js'
import type { RouteRecord } from './route.js'

/** What names a route besides its prefix. */
type KeyParts = Pick<RouteRecord, 'table' | 'from' | 'tos' | 'metric'>

/** Numbers for what names a route besides its prefix: table, source prefix, type of service and metric. */
export class KeyNumbers {
  readonly #numbers = new Map<string, number>()

  /**
   * The number of each way.
   * @param partsOf what names the routes of a way; nothing where it names none
   * @param none the number of those
   */
  async of<Way>(ways: readonly Way[], partsOf: (way: Way) => KeyParts | undefined, none = 0): Promise<Uint32Array> {
    const numbers = new Uint32Array(ways.length)
    let position = 0
    await eachInTurns(ways, (way) => {
      const parts = partsOf(way)
      numbers[position++] = parts ? this.#numberOf(parts) : none
    })
    return numbers
  }

  #numberOf({ table, from = '', tos, metric }: KeyParts): number {
    const key = `${table} ${from} ${tos} ${metric}`
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.#numbers.size)
    return this.#numbers.size - 1
  }
}
