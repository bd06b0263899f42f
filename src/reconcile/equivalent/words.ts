import type { Domain } from '../../netlink/codec.js'
import { snakeCase } from '../../netlink/snakeCase.js'
import type { AnyAttributeTable, Attribute } from '../../netlink/table.js'

/** Joins the words of a command, leaving out what is not given. */
export function words(...parts: readonly (string | number | undefined | false)[]): string {
  return parts
    .filter((part) => part !== undefined && part !== false && part !== '')
    .map((part) => quoted(String(part)))
    .join(' ')
}

/** A text of the user's as one word, whatever is in it. */
export function quotedText(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** What a shell would take apart is quoted; several words of ours stand as they are, and so does what is quoted already. */
function quoted(part: string): string {
  return /^(?:[\w\s:./@%+=,-]|'[^']*'|\\')*$/.test(part) ? part : quotedText(part)
}

/** The command that gives a link an alternative name, or takes one. */
export function altNameCommand(action: 'add' | 'del', link: string, altName: string): string {
  const name = /\s/.test(altName) ? quotedText(altName) : altName
  return words('ip link property', action, 'dev', link, 'altname', name)
}

/** Options with their values, in the words of `ip`. */
export function optionsOf(table: AnyAttributeTable, options: object): string[] {
  return Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    const line = table.lines[name]
    return line && value !== undefined && !line.outer && !line.separate ? [optionWords(name, line, value)] : []
  })
}

/** An option with its value, in the words of `ip`. */
export function optionWords(name: string, line: Attribute<unknown>, value: unknown): string {
  const word = line.ip ?? snakeCase(name)
  const [whenTrue, whenFalse] = word.split('|')
  if (whenFalse !== undefined) return words(value === true ? whenTrue : whenFalse)
  if (word.includes('{') && typeof value === 'object' && value !== null) {
    const parts = new Map<string, unknown>(Object.entries(value))
    return words(word.replace(/\{(\w+)\}/g, (_whole, part: string) => String(parts.get(part))))
  }
  if (dsfields.has(word) && typeof value === 'number') return words(word, `0x${value.toString(16)}`)
  return words(word, optionValue(line.codec.domain, value))
}

/** iproute2 reads these as hexadecimal, with 0x or without (lib/rt_names.c, rtnl_dsfield_a2n). */
const dsfields: ReadonlySet<string> = new Set(['tos', 'tc'])

function optionValue(domain: Domain, value: unknown): string {
  // iproute2 takes a bridge's durations in hundredths of a second, the kernel's clock ticks.
  if (domain.type === 'seconds' && typeof value === 'number') return String(Math.round(value / domain.resolution))
  if (domain.type === 'boolean') return value === true ? '1' : '0'
  if (Array.isArray(value)) return value.map((item) => optionValue({ type: 'bytes' }, item)).join(' ')
  if (typeof value === 'object' && value !== null) return Object.values(value).join(':')
  return String(value)
}
