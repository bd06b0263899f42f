const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g

/**
 * Where the value stands in the text of a JSON document that keys lead to, or the nearest part around it that is there;
 * its key, where that is on another line. A parser that keeps places would take a hundred times as long for all texts.
 */
export function placeInJson(source: string, keys: readonly (string | number)[]): number {
  const walk = source.matchAll(tokens)
  let { value: open } = walk.next()
  let place = open?.index ?? 0
  for (const key of keys) {
    const member = open?.[0] === '{' ? memberOf(walk, String(key)) : open?.[0] === '[' ? itemOf(walk, Number(key)) : []
    const last = member.at(-1)
    if (!last) return place
    open = last
    place = source.slice(member[0]?.index, last.index).includes('\n') ? (member[0]?.index ?? 0) : last.index
  }
  return place
}

type Tokens = IterableIterator<RegExpExecArray>

/** The key and the first token of its value, of an object that was just opened. */
function memberOf(walk: Tokens, key: string): RegExpExecArray[] {
  let name: RegExpExecArray | undefined
  for (const [token, depth] of within(walk)) {
    if (depth > 0) continue
    if (token[0] === ',') name = undefined
    else if (name === undefined) name = token
    else if (token[0] !== ':' && JSON.parse(name[0]) === key) return [name, token]
  }
  return []
}

/** The first token of an item of an array that was just opened. */
function itemOf(walk: Tokens, wanted: number): RegExpExecArray[] {
  let index = 0
  for (const [token, depth] of within(walk)) {
    if (depth > 0) continue
    if (token[0] === ',') index++
    else if (index === wanted) return [token]
  }
  return []
}

/** The tokens until what is open is closed, each with how deep it stands; what opens and closes something is outside of it. */
function* within(walk: Tokens): Generator<[RegExpExecArray, number]> {
  let depth = 0
  for (let { value: token } = walk.next(); token; { value: token } = walk.next()) {
    const closes = /^[}\]]$/.test(token[0])
    if (closes && depth-- === 0) return
    yield [token, closes ? depth + 1 : depth]
    if (/^[{[]$/.test(token[0])) depth++
  }
}
