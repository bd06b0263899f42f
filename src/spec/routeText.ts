import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Problem } from '../error.js'
import { type Family, parseAddress } from '../ip/address.js'
import { turnIsLong } from '../system/turns.js'
import { throwIfAborted } from './routeReading.js'
import type { RouteSetParts, RouteTextOptions } from './routeSet.js'
import { RouteSetBuilder } from './routeSetBuilder.js'
import { routeTypes } from './routeTypes.js'
import { isPassing, PassingRoute, type RouteProperties, readWords, withoutShown } from './routeWords.js'
import { numberOf, WordError, type Words } from './words.js'

/** What a word before a destination tells. */
interface Lead {
  readonly type?: string
  readonly family?: Family
  /** Whether the line is a command. */
  readonly verb?: boolean
}

/** What may stand before a destination, as `ip -batch` and `ip route show` have it: one look a line. */
const leading: ReadonlyMap<string, Lead> = new Map<string, Lead>([
  ...['ip', 'route', 'to'].map((word) => [word, {}] as const),
  ...['add', 'replace', 'append', 'prepend', 'change'].map((word) => [word, { verb: true }] as const),
  ['-4', { family: 'inet' }],
  ['-6', { family: 'inet6' }],
  ...routeTypes.map((type) => [type, { type }] as const),
  // RTN_* of include/uapi/linux/rtnetlink.h, which -N shows.
  ...routeTypes.map((type, index) => [String(index + 1), { type }] as const),
])
const backslash = 0x5c
/** In place of a line's end, with -oneline; a space may be in front. */
const lineEndWithin = /\\(?=\t)/g
const linesALook = 32

/** Reads routes from the pieces of a text. */
export async function routesFromText(
  pieces: AsyncIterable<string | Uint8Array>,
  options: RouteTextOptions,
): Promise<RouteSetParts> {
  const reader = new LineReader(options.name ?? 'routes')
  let carried = ''
  const decoder = new TextDecoder()
  const take = async (text: string): Promise<void> => {
    let start = 0
    for (let end = text.indexOf('\n'); end >= 0 && !reader.full; end = text.indexOf('\n', start)) {
      reader.line(start === 0 ? carried + text.slice(0, end) : text.slice(start, end))
      carried = ''
      start = end + 1
      if (reader.number % linesALook !== 0 || !turnIsLong()) continue
      await nextTurn()
      throwIfAborted(options.signal)
    }
    carried += text.slice(start)
  }
  for await (const piece of pieces) {
    await take(typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true }))
    if (reader.full) break
  }
  await take(decoder.decode())
  if (carried !== '') reader.line(carried)
  return reader.finish()
}

/** A line that may be continued by those behind it. */
interface Pending {
  readonly to: string
  readonly number: number
  /** The family that is told in front. */
  readonly family: Family | undefined
  /** The type's word, and where on the line the destination and what is behind it begin. */
  readonly type: string | undefined
  /** Whether it is a command, and not what was shown of a route. */
  readonly verb: boolean
  readonly column: number
  readonly restColumn: number
  rest: string
}

class LineReader {
  readonly #name: string
  readonly #builder = new RouteSetBuilder()
  #pending: Pending | undefined
  /** Lines that a backslash at the end lets go on in the next one, and where they begin. */
  #unfinished: { readonly lines: string[]; readonly number: number } | undefined
  number = 0

  constructor(name: string) {
    this.#name = name
  }

  get full(): boolean {
    return this.#builder.full
  }

  line(text: string): void {
    this.number++
    const comment = commentOf(text)
    let line = (comment < 0 ? text : text.slice(0, comment)).trimEnd()
    let { number } = this
    if (line.charCodeAt(line.length - 1) === backslash) {
      this.#unfinished ??= { lines: [], number }
      this.#unfinished.lines.push(line.slice(0, -1))
      return
    }
    if (this.#unfinished) {
      line = this.#unfinished.lines.join('') + line
      number = this.#unfinished.number
      this.#unfinished = undefined
    }
    if (line === '') return
    const start = skipBlanks(line, 0)
    if (start > 0 && this.#pending && goesOn(line.slice(start, endOfWord(line, start)))) {
      this.#pending.rest += ` ${line.slice(start)}`
      return
    }
    this.#flush()
    this.#pending = this.#begin(line, start, number)
  }

  finish(): RouteSetParts {
    if (this.#unfinished) this.line('')
    this.#flush()
    return { ...this.#builder.finish(), name: this.#name }
  }

  #begin(line: string, start: number, number: number): Pending {
    let column = start
    let family: Family | undefined
    let type: string | undefined
    let verb = false
    for (;;) {
      const end = endOfWord(line, column)
      const word = line.slice(column, end)
      const lead = leading.get(word)
      if (!lead) return { to: word, number, family, type, verb, column, restColumn: end, rest: line.slice(end) }
      family = lead.family ?? family
      type = lead.type ?? type
      verb ||= lead.verb ?? false
      column = skipBlanks(line, end)
    }
  }

  #flush(): void {
    const pending = this.#pending
    this.#pending = undefined
    if (!pending) return
    const { to, number, family, type, verb, rest } = pending
    const note = (problems: readonly Problem[]): void => this.#note(pending, problems)
    // Only of what may go by itself, and of encapsulations, it matters whether it is a command: a text of its own takes
    // time for each line.
    const isPlain = family === undefined && type === undefined && !(verb && /proto|encap/.test(rest))
    const key = isPlain ? rest : `${family ?? ''} ${type ?? ''} ${verb} ${rest}`
    this.#builder.add(to, key, number, () => this.#route(pending), note)
  }

  /** The route of a line; nothing where it is left out, or a {@link WordError} has become a problem of its own. */
  #route({ to, family, type = 'unicast', verb, rest, number, restColumn }: Pending): unknown {
    const words = new LineWords(rest.replaceAll(lineEndWithin, ' '), verb)
    try {
      const properties = withoutShown(isTerse(words.peek()) ? readTerse(words) : readWords(words), type)
      if (!verb && isPassing(properties)) return undefined
      // Only IPv6 has preferences, and it shows them of every route.
      const byPreference = to === 'default' && properties.preference !== undefined ? 'inet6' : undefined
      const told = family ?? byPreference
      // A route through a blackhole object is shown as a blackhole.
      const isUnicast = type === 'unicast' || (type === 'blackhole' && properties.nexthopId !== undefined)
      return { to, ...(isUnicast ? {} : { type }), ...(told ? { family: told } : {}), ...properties }
    } catch (error) {
      if (error instanceof PassingRoute) return undefined
      if (!(error instanceof WordError)) throw error
      this.#report(number, restColumn + words.position, error.message)
      return undefined
    }
  }

  #note({ number, column, restColumn, rest }: Pending, problems: readonly Problem[]): void {
    for (const { path, message, found } of problems) {
      // What could not be read was told of already.
      if (path === '' && found === 'undefined') continue
      const value = path === '/to' || found === undefined ? -1 : rest.indexOf(found.replaceAll('"', ''))
      this.#report(number, value < 0 ? column : restColumn + value, message)
    }
  }

  #report(number: number, column: number, message: string): void {
    this.#builder.problems.push({
      path: '',
      message: `${this.#name}: line ${number}, column ${column + 1}: ${message}`,
    })
  }
}

/** Whether a line of `ip route show` that begins with a word belongs to the one before it. */
function goesOn(word: string): boolean {
  return word === 'nexthop' || word === 'nh_info' || word.endsWith('_opts')
}

/** Whether a word is a gateway and not the name of a property: the short form. */
function isTerse(word: string | undefined): boolean {
  return word !== undefined && parseAddress(word) !== undefined
}

/** Gateway, link and metric, of which the last ones may be left out; then words. */
function readTerse(words: LineWords): RouteProperties {
  const via = words.next('a gateway')
  const hasDev = words.peek() !== undefined
  const dev = hasDev ? words.next('a link') : undefined
  const metric = /^\d+$/.test(words.peek() ?? '') ? numberOf(words.next('a metric')) : undefined
  return {
    via,
    ...(dev === undefined ? {} : { dev }),
    ...(metric === undefined ? {} : { metric }),
    ...readWords(words),
  }
}

class LineWords implements Words {
  readonly ofCommand: boolean
  readonly #text: string
  #next = 0
  /** Where the last word that was taken begins. */
  position = 0

  constructor(text: string, ofCommand: boolean) {
    this.#text = text
    this.ofCommand = ofCommand
  }

  peek(): string | undefined {
    const start = skipBlanks(this.#text, this.#next)
    return start >= this.#text.length ? undefined : this.#text.slice(start, endOfWord(this.#text, start))
  }

  next(what: string): string {
    const start = skipBlanks(this.#text, this.#next)
    this.position = start
    if (start >= this.#text.length) throw new WordError(`${what} is missing`)
    this.#next = endOfWord(this.#text, start)
    return this.#text.slice(start, this.#next)
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d
}

/** Where a comment begins, or -1: not within a word, since links may be called so. */
function commentOf(text: string): number {
  let at = text.indexOf('#')
  while (at > 0 && !isBlank(text.charCodeAt(at - 1))) at = text.indexOf('#', at + 1)
  return at
}

function skipBlanks(text: string, from: number): number {
  let position = from
  while (position < text.length && isBlank(text.charCodeAt(position))) position++
  return position
}

function endOfWord(text: string, from: number): number {
  let position = from
  while (position < text.length && !isBlank(text.charCodeAt(position))) position++
  return position
}
