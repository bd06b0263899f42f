// By itself, so that what only writes YAML does not load what reads it.
import { stringify } from 'yaml'

/** Each item of a list becomes a tree of nodes, which takes many times the memory of the text. */
const atOnce = 50

/** An object as YAML, in lines that fit a screen, and in pieces of which each has some of a list. */
export function* toYaml(value: object): Generator<string> {
  const entries = Object.entries(value).filter(([, part]) => part !== undefined)
  if (entries.length === 0) yield '{}\n'
  for (const [key, part] of entries) {
    if (Array.isArray(part) && part.length > atOnce) yield* list(key, part)
    else yield text({ [key]: part })
  }
}

function* list(key: string, items: readonly unknown[]): Generator<string> {
  for (let start = 0; start < items.length; start += atOnce) {
    const piece = text({ [key]: items.slice(start, start + atOnce) })
    // The key itself comes once.
    yield start === 0 ? piece : piece.slice(piece.indexOf('\n') + 1)
  }
}

function text(value: object): string {
  return stringify(value, { lineWidth: 120 })
}
