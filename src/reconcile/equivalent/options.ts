import type { Domain } from '../../netlink/codec.js'
import { snakeCase } from '../../netlink/snakeCase.js'
import type { AnyAttributeTable, Attribute } from '../../netlink/table.js'
import type { PropertyChange } from '../../state/equal.js'
import { words } from './words.js'

/** Which options are told, and how. */
export interface OptionForm {
  /** A switch in words. Default: 1 or 0. */
  readonly switchWord?: (value: unknown) => string
  /** Whether those that only `bridge link` has a word for. Default: the others. */
  readonly ofBridge?: boolean
  /** What options are that are not told. */
  readonly defaults?: object | undefined
}

/** Options with their values, in the words of `ip` and the order of the table. */
export function optionsOf(table: AnyAttributeTable, options: object, form: OptionForm = {}): string[] {
  const siblings = { ...form.defaults, ...options }
  const all = linesOf(table, options)
    .filter(({ line }) => line.ip !== false && (line.ofBridge ?? false) === (form.ofBridge ?? false))
    .map(({ name, line, value }) => optionWords(name, line, value, siblings, form))
  // Two options can be told by the same words.
  return [...new Set(all)].filter((words) => words !== '')
}

/** The words for options that a link is to have no longer, which say so. */
export function wordsOfTaken(table: AnyAttributeTable, changes: readonly PropertyChange[]): string[] {
  return changes.flatMap(({ property, after }) => {
    const word = table.lines[property]?.ipNone
    return word !== undefined && (after === undefined || after === null) ? [word] : []
  })
}

/** The names of options that are told, and that no tool has a word for. */
export function wordlessOf(table: AnyAttributeTable, options: object, isMissed: (name: string) => boolean): string[] {
  const told = new Map<string, unknown>(Object.entries(options))
  return linesOf(table, options).flatMap(({ name, line, value }) => {
    if (line.endedBy !== undefined && value === false && told.has(line.endedBy)) return []
    return isMissed(name) && isWordless(name, line, value, options) ? [name] : []
  })
}

interface Option {
  readonly name: string
  readonly line: Attribute<unknown>
  readonly value: unknown
}

function linesOf(table: AnyAttributeTable, options: object): Option[] {
  const values = new Map<string, unknown>(Object.entries(options))
  return Object.entries(table.lines).flatMap(([name, line]) => {
    const value = values.get(name)
    return value !== undefined && !line.outer && !line.separate ? [{ name, line, value }] : []
  })
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

/** Functions that find no words say by `false` that there are none. */
function isWordless(name: string, line: Attribute<unknown>, value: unknown, options: object): boolean {
  if (typeof line.ip === 'function') return typeof value === 'number' && line.ip(value, { ...options }) === false
  if (line.ipNone !== undefined && isEmptyList(value)) return false
  return optionWords(name, line, value, options) === ''
}

/** An option with its value, in the words of `ip`; nothing where there is none. */
export function optionWords(
  name: string,
  line: Attribute<unknown>,
  value: unknown,
  siblings: object = {},
  { switchWord = (is) => (is === true ? '1' : '0') }: OptionForm = {},
): string {
  const { ip = snakeCase(name), ipNone, codec } = line
  if (ip === false) return ''
  // Links have names; that there is none, `ip` can only leave unsaid.
  if (codec.domain.type === 'link' && value === 0) return ''
  if (typeof ip === 'function') return typeof value === 'number' ? words(ip(value, { ...siblings })) : ''
  if (typeof ip === 'object') return words(ip[String(value)])
  if (ipNone !== undefined && isEmptyList(value)) return words(ipNone)
  const [whenTrue, whenFalse] = ip.split('|')
  if (whenFalse !== undefined) return words(filled((value === true ? whenTrue : whenFalse) ?? '', value, siblings))
  if (ip.includes('{')) return words(filled(ip, value, siblings))
  if (codec.domain.type === 'boolean') return words(ip, switchWord(value))
  return words(ip, optionValue(codec.domain, value))
}

function filled(template: string, value: unknown, siblings: object): string {
  const isObject = typeof value === 'object' && value !== null
  const parts = new Map<string, unknown>(Object.entries(isObject ? value : siblings))
  return template.replace(/\{(\w*)\}/g, (_whole, part: string) => String(part === '' ? value : parts.get(part)))
}

function optionValue(domain: Domain, value: unknown): string {
  // iproute2 takes a bridge's durations in hundredths of a second, the kernel's clock ticks.
  if (domain.type === 'seconds' && typeof value === 'number') return String(Math.round(value / domain.resolution))
  if (Array.isArray(value)) return value.map((item) => optionValue({ type: 'bytes' }, item)).join(' ')
  if (typeof value === 'object' && value !== null) return Object.values(value).join(':')
  return String(value)
}
