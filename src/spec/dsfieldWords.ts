import { type SystemNames, systemNames } from '../system/names.js'
import { WordError, type Words } from './words.js'

let names: SystemNames | undefined

/**
 * A type of service or traffic class by name, or by number in hexadecimal, with 0x or without: `EF` is the name
 * (lib/rt_names.c, rtnl_dsfield_a2n).
 */
export function dsfieldOf(words: Words): number {
  const text = words.next('a type of service by number or name')
  names ??= systemNames()
  const named = names.dsfields.names.includes(text) ? names.dsfields.number(text) : undefined
  if (named !== undefined) return named
  if (!/^(0x)?[0-9a-f]{1,2}$/i.test(text)) throw new WordError(`${JSON.stringify(text)} is no type of service`)
  return Number.parseInt(text, 16)
}

/** The number as every reader takes it. */
export function dsfieldText(dsfield: number): string {
  return `0x${dsfield.toString(16).padStart(2, '0')}`
}
