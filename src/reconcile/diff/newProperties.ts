import type { PropertyChange } from '../../state/equal.js'

/**
 * What a plan shows of an object that is to be made. One that comes back has what the kernel told of the former, too, such
 * as the time of its last use: that is no property of the new one, and would make each plan another one.
 *
 * @param names how each property is known: as `told` by the kernel alone, or otherwise
 */
export function newProperties(names: Readonly<Record<string, string>>, properties: object): PropertyChange[] {
  const said = Object.entries(properties).filter(([property]) => names[property] !== 'told')
  return said.map(([property, after]): PropertyChange => ({ property, after }))
}
