import { isDeepStrictEqual } from 'node:util'
import type { AnyAttributeTable } from '../../netlink/table.js'
import { wordlessOf } from './options.js'

/** A comment on the options that a reader would look for in the commands in vain. */
export function wordlessComment(
  name: string,
  table: AnyAttributeTable,
  options: object,
  isMissed: (option: string) => boolean,
): string[] {
  return wordless(name, wordlessOf(table, options, isMissed))
}

/** A comment that names options which `ip` has no word for; nothing where there are none. */
export function wordless(name: string, options: readonly string[]): string[] {
  return options.length === 0 ? [] : [`# ip has no word for ${options.join(', ')} of ${name}`]
}

/** Whether an option is not what it is of a new link anyway. */
export function unusual(options: object, defaults: object = {}): (name: string) => boolean {
  const given = new Map<string, unknown>(Object.entries(options))
  const usual = new Map<string, unknown>(Object.entries(defaults))
  return (name) => !isDeepStrictEqual(given.get(name), usual.get(name))
}
