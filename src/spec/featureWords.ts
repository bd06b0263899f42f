import { type RouteFeature, routeFeatures } from '../rtnetlink/routeMetrics.js'
import { WordError, type Words } from './words.js'

/** What follows `features`: words, and as iproute2 shows bits that it has no word for, all of them as a number. */
export function readFeatures(words: Words): readonly RouteFeature[] {
  const first = words.next('a feature')
  let bits = bitsOf(first)
  if (bits === undefined) throw new WordError(`the feature ${first} is not known`)
  for (let further = bitsOf(words.peek()); further !== undefined; further = bitsOf(words.peek())) {
    words.next('a feature')
    bits |= further
  }
  const known = routeFeatures.filter(({ bit }) => (bits & bit) !== 0)
  const others = known.reduce((left, { bit }) => left & ~bit, bits)
  if (others !== 0) throw new WordError(`the features 0x${others.toString(16)} are not known`)
  return known
}

function bitsOf(word: string | undefined): number | undefined {
  if (word !== undefined && /^0x[0-9a-f]{1,8}$/.test(word)) return Number(word)
  return routeFeatures.find(({ ip }) => ip === word)?.bit
}
