import type { Domain } from '../../netlink/codec.js'
import { snakeCase } from '../../netlink/snakeCase.js'
import type { AnyAttributeTable, Attribute } from '../../netlink/table.js'
import { words } from './words.js'

/** Which options are told, and how. */
export interface OptionForm {
  /** A switch in words. Default: 1 or 0. */
  readonly switchWord?: (value: unknown) => string
  /** Whether those that only `bridge link` has a word for. Default: the others. */
  readonly ofBridge?: boolean
}

/** Options with their values, in the words of `ip`. */
export function optionsOf(table: AnyAttributeTable, options: object, form: OptionForm = {}): string[] {
  return linesOf(table, options)
    .filter(({ line }) => line.ip !== false && (line.ofBridge ?? false) === (form.ofBridge ?? false))
    .map(({ name, line, value }) => optionWords(name, line, value, options, form))
}

/** The names of options that are told, and that no tool has a word for. */
export function wordlessOf(table: AnyAttributeTable, options: object): string[] {
  return linesOf(table, options).flatMap(({ name, line }) => (line.ip === false ? [name] : []))
}

interface Option {
  readonly name: string
  readonly line: Attribute<unknown>
  readonly value: unknown
}

function linesOf(table: AnyAttributeTable, options: object): Option[] {
  return Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    const line = table.lines[name]
    return line && value !== undefined && !line.outer && !line.separate ? [{ name, line, value }] : []
  })
}

/** An option with its value, in the words of `ip`; nothing where there is none. */
export function optionWords(
  name: string,
  line: Attribute<unknown>,
  value: unknown,
  siblings: object = {},
  { switchWord = (is) => (is === true ? '1' : '0') }: OptionForm = {},
): string {
  if (line.ip === false) return ''
  if (typeof line.ip === 'function') return typeof value === 'number' ? line.ip(value) : ''
  const word = line.ip ?? snakeCase(name)
  const [whenTrue, whenFalse] = word.split('|')
  if (whenFalse !== undefined) return words(value === true ? whenTrue : whenFalse)
  if (word.includes('{')) return words(filled(word, value, siblings))
  if (line.codec.domain.type === 'boolean') return words(word, switchWord(value))
  return words(word, optionValue(line.codec.domain, value))
}

function filled(template: string, value: unknown, siblings: object): string {
  const isObject = typeof value === 'object' && value !== null
  const parts = new Map<string, unknown>(Object.entries(isObject ? value : siblings))
  return template.replace(/\{(\w*)\}/g, (_whole, part: string) => String(part === '' ? value : parts.get(part)))
}

function optionValue(domain: Domain, value: unknown): string {
  // iproute2 takes a bridge's durations in hundredths of a second, the kernel's clock ticks.
  if (domain.type === 'seconds' && typeof value === 'number') return String(Math.round(value / domain.resolution))
  if (domain.type === 'boolean') return value === true ? '1' : '0'
  if (Array.isArray(value)) return value.map((item) => optionValue({ type: 'bytes' }, item)).join(' ')
  if (typeof value === 'object' && value !== null) return Object.values(value).join(':')
  return String(value)
}
