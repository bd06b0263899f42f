import * as v from 'valibot'
import { isRecord } from '../ownValue.js'
import { everyInTurns } from '../system/inTurns.js'
import type { AnySchema } from './domainSchema.js'

/** So many items are checked at once. */
const itemsAtOnce = 32

/**
 * Whether a spec has the right shape. Each item of a list is right or wrong by itself, so that long lists are looked at
 * a few items at a time, in turns of the event loop; the links are looked at so, too, that have many addresses.
 *
 * @param ofPart the shape of a spec that has no more than one of the lists. Default: the same
 */
export async function isOfShape(schema: AnySchema, input: unknown, ofPart: AnySchema = schema): Promise<boolean> {
  const pieces: unknown[] = []
  const rest = withoutLists(input, (piece) => pieces.push(piece))
  return (
    v.safeParse(schema, rest).success && (await everyInTurns(pieces, (piece) => v.safeParse(ofPart, piece).success))
  )
}

/**
 * What is left of a network or its address translation, or of a spec, without its long lists, pieces of which are
 * networks of their own.
 */
function withoutLists(network: unknown, take: (piece: unknown) => void): unknown {
  if (!isRecord(network)) return network
  const rest: Record<string, unknown> = { ...network }
  for (const [name, list] of Object.entries(network)) {
    if (!Array.isArray(list) || (list.length <= itemsAtOnce && name !== 'links')) continue
    const items = name === 'links' ? list.map((link: unknown) => withoutAddresses(link, take)) : list
    rest[name] = []
    for (const part of partsOf(items)) take({ [name]: part })
  }
  const { nat } = network
  if (isRecord(nat)) rest['nat'] = withoutLists(nat, (piece) => take({ nat: piece }))
  if (!isRecord(network['namespaces'])) return rest
  const namespaces = Object.entries(network['namespaces']).map(([name, one]) => [name, withoutLists(one, take)])
  return { ...rest, namespaces: Object.fromEntries(namespaces) }
}

function withoutAddresses(link: unknown, take: (piece: unknown) => void): unknown {
  if (!isRecord(link)) return link
  const { addresses } = link
  if (!Array.isArray(addresses) || addresses.length <= itemsAtOnce) return link
  for (const part of partsOf(addresses)) take({ links: [{ ...link, addresses: part }] })
  return { ...link, addresses: [] }
}

function* partsOf(list: readonly unknown[]): Generator<readonly unknown[]> {
  for (let start = 0; start < list.length; start += itemsAtOnce) yield list.slice(start, start + itemsAtOnce)
}
