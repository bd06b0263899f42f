/** What `JSON.parse` makes. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

/** Deeper than any spec: what is nested further is refused as something else. */
const mostDepth = 100

/**
 * Whether an object of a JSON text has a key twice, of which `JSON.parse` takes the last without a word: the text has
 * more keys then than what was parsed.
 */
export function hasRepeatedKeys(source: string, content: Json): boolean {
  return keysIn(source) > keysOf(content, 0)
}

/** How many keys a valid JSON text has: strings with a colon behind them. */
function keysIn(source: string): number {
  let count = 0
  for (let start = source.indexOf('"'); start >= 0; ) {
    let next = endOfString(source, start) + 1
    while (isSpace(source[next])) next++
    if (source[next] === ':') count++
    start = source.indexOf('"', next)
  }
  return count
}

/** Where the quote is that ends the string which begins at `start`. */
function endOfString(source: string, start: number): number {
  let end = source.indexOf('"', start + 1)
  while (isEscaped(source, end)) end = source.indexOf('"', end + 1)
  return end
}

/** Whether an odd number of backslashes is in front. */
function isEscaped(source: string, position: number): boolean {
  let start = position
  while (source[start - 1] === '\\') start--
  return (position - start) % 2 === 1
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\n' || character === '\r' || character === '\t'
}

/** How many keys all objects of a parsed JSON text have. */
function keysOf(value: Json | undefined, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > mostDepth) return Number.POSITIVE_INFINITY
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) count += keysOf(item, depth + 1)
    return count
  }
  for (const name in value) count += 1 + keysOf(value[name], depth + 1)
  return count
}
