import { eachInTurns } from '../system/inTurns.js'
import type { RouteRecord } from './route.js'

/** What names a route besides its prefix. */
type KeyParts = Pick<RouteRecord, 'table' | 'from' | 'tos' | 'metric'>

/** Numbers for what names a route besides its prefix: table, source prefix, type of service and metric. */
export class KeyNumbers {
  readonly #numbers = new Map<string, number>()
  /** Those of links that are alike follow each other, and name the same. */
  #last: { readonly parts: KeyParts; readonly number: number } | undefined

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

  #numberOf(parts: KeyParts): number {
    if (this.#last && isSame(this.#last.parts, parts)) return this.#last.number
    const { table, from = '', tos, metric } = parts
    const key = `${table} ${from} ${tos} ${metric}`
    const number = this.#numbers.get(key) ?? this.#numbers.size
    this.#numbers.set(key, number)
    this.#last = { parts, number }
    return number
  }
}

function isSame(one: KeyParts, other: KeyParts): boolean {
  const { table, from, tos, metric } = one
  return table === other.table && metric === other.metric && tos === other.tos && from === other.from
}
