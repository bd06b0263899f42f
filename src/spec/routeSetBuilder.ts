import type { Problem } from '../error.js'
import { PrefixScanner } from '../ip/prefixScanner.js'
import { PackedRoutes } from '../rtnetlink/packed/packedRoutes.js'
import { RowsBuilder } from '../rtnetlink/packed/packedRows.js'
import { invalidSpec } from './invalidSpec.js'
import { routeFamily } from './routeSemantics.js'
import type { RouteSetParts } from './routeSet.js'
import type { RouteSpec } from './types.js'
import { problemsOfRoute } from './validate.js'

/** How many problems are told of at once. */
const mostProblems = 100

type Family = 'inet' | 'inet6'

/** Collects routes that are told apart by their way: each way is checked once. */
export class RouteSetBuilder {
  readonly #ways: RouteSpec[] = []
  readonly #rows = { inet: new RowsBuilder('inet'), inet6: new RowsBuilder('inet6') }
  readonly #numbers = { inet: new Map<string, number>(), inet6: new Map<string, number>() }
  readonly #origins: { readonly inet: [number, number][]; readonly inet6: [number, number][] } = {
    inet: [],
    inet6: [],
  }
  readonly #ahead = { inet: 0, inet6: 0 }
  readonly #scanner = new PrefixScanner()
  readonly problems: Problem[] = []

  /** Whether there are so many problems that further ones would not be told. */
  get full(): boolean {
    return this.problems.length >= mostProblems
  }

  /**
   * Adds a route.
   * @param key what tells its way from others: the same for routes that differ in their destination alone
   * @param make makes the route; called only where its way is new
   * @param note takes what is wrong with it
   */
  add(
    to: string,
    key: string,
    number: number,
    make: () => unknown,
    note: (problems: readonly Problem[]) => void,
  ): void {
    const scanner = this.#scanner
    if (to === 'default' || !scanner.read(to) || scanner.hasHostBits) this.#addUnusual(to, key, number, make, note)
    else {
      const family = scanner.isIpv6 ? 'inet6' : 'inet'
      const way = this.#numbers[family].get(key) ?? this.#learn(family, key, make, note)
      if (way < 0) return
      const { words, length } = scanner
      this.#note(family, number)
      if (family === 'inet') this.#rows.inet.push(length, way, words[0])
      else this.#rows.inet6.push(length, way, words[0], words[1], words[2], words[3])
    }
  }

  /** A default route, whose family is told by something else, or what is no prefix. */
  #addUnusual(
    to: string,
    key: string,
    number: number,
    make: () => unknown,
    note: (problems: readonly Problem[]) => void,
  ): void {
    const made = make()
    const problems = problemsOfRoute(made)
    if (problems.length > 0 || to !== 'default') {
      note(problems)
      return
    }
    const family = routeFamily(made as RouteSpec)
    const way = this.#numbers[family].get(key) ?? this.#learn(family, key, () => made, note)
    if (way < 0) return
    this.#note(family, number)
    this.#rows[family].push(0, way, 0)
  }

  #learn(family: Family, key: string, make: () => unknown, note: (problems: readonly Problem[]) => void): number {
    const made = make()
    const problems = problemsOfRoute(made)
    let way = -1
    if (problems.length > 0) note(problems)
    else way = this.#ways.push({ ...(made as RouteSpec), to: 'default', family }) - 1
    // What is wrong is told of each route that it is wrong with.
    if (way >= 0) this.#numbers[family].set(key, way)
    return way
  }

  #note(family: Family, number: number): void {
    const row = this.#rows[family].count
    if (row > 0 && number - row === this.#ahead[family]) return
    this.#ahead[family] = number - row
    this.#origins[family].push([row, number - row])
  }

  /** The routes; throws one error with all problems, if there are any. */
  finish(): RouteSetParts {
    if (this.full) this.problems.push({ path: '', message: 'and perhaps further ones: reading ended here' })
    if (this.problems.length > 0) throw invalidSpec(this.problems)
    return {
      packed: new PackedRoutes(this.#ways, this.#rows.inet.finish(), this.#rows.inet6.finish()),
      origins: this.#origins,
    }
  }
}
