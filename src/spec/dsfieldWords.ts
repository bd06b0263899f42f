import { type SystemNames, systemNames } from '../system/names.js'
import { WordError, type Words } from './words.js'

let names: SystemNames | undefined

/** A type of service or traffic class by name or number: hexadecimal, with 0x or without (rtnl_dsfield_a2n, lib/rt_names.c). */
export function dsfieldOf(words: Words): number {
  const text = words.next('a type of service by number or name')
  if (/^(0x)?[0-9a-f]{1,2}$/i.test(text)) return Number.parseInt(text, 16)
  names ??= systemNames()
  const number = names.dsfields.names.includes(text) ? names.dsfields.number(text) : undefined
  if (number === undefined) throw new WordError(`${JSON.stringify(text)} is no type of service`)
  return number
}

/** The number as every reader takes it. */
export function dsfieldText(dsfield: number): string {
  return `0x${dsfield.toString(16).padStart(2, '0')}`
}
