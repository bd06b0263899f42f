import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { NetworkError } from '../index.js'
import { placeInJson } from './placeInJson.js'
import { hasRepeatedKeys, type Json } from './repeatedKeys.js'
import { type Place, Unreadable } from './unreadable.js'

/** A spec as it was read, and where its parts stand in the file. */
export interface SpecFile {
  /** What was read; not validated yet. */
  readonly content: unknown
  /** The file's name, for messages. */
  readonly name: string
  /** Where the relative paths in it begin; the working directory for standard input. */
  readonly directory: string
  /** Line and column of what a JSON pointer names. */
  locate(pointer: string): Place | undefined
}

type ParsedSpec = Pick<SpecFile, 'content' | 'locate'>

/** Reads a spec from a file, or from standard input for `-`; JSON by its look, everything else is YAML. */
export async function readSpec(file: string): Promise<SpecFile> {
  const name = file === '-' ? 'standard input' : file
  const source = await readSource(file, name)
  // A directory as standard input, and one that is closed, give nothing either.
  if (source.trim() === '')
    throw new NetworkError('INVALID_SPEC', `${name}: there is nothing in it; a spec of nothing is {}`)
  const parsed = await (looksLikeJson(source) ? parseJson(source, name) : parseYaml(source, name))
  return { ...parsed, name, directory: file === '-' ? '' : dirname(file) }
}

async function readSource(file: string, name: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new NetworkError('USAGE', `cannot read ${name}: ${reason}`, { cause })
  }
}

function looksLikeJson(source: string): boolean {
  return /^\s*[{[]/.test(source)
}

/**
 * `JSON.parse` is a hundred times faster than a YAML parser; flow-style YAML looks like JSON and is tried as such. The
 * YAML parser tells where a key comes twice, too.
 */
async function parseJson(source: string, name: string): Promise<ParsedSpec> {
  const content = jsonOf(source)
  if (content === undefined || hasRepeatedKeys(source, content)) return parseYaml(source, name)
  return { content, locate: (pointer) => placeOf(source, placeInJson(source, keysOf(pointer))) }
}

function placeOf(source: string, offset: number): Place {
  const before = source.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

function keysOf(pointer: string): (string | number)[] {
  return pointer.split('/').slice(1).map(unescaped)
}

function jsonOf(source: string): Json | undefined {
  try {
    return JSON.parse(source)
  } catch {
    return undefined
  }
}

async function parseYaml(source: string, name: string): Promise<ParsedSpec> {
  const { LineCounter, parseDocument, isMap, isNode, isScalar } = await import('yaml')
  const lineCounter = new LineCounter()
  const document = parseDocument(source, { lineCounter, prettyErrors: true, merge: true })
  const [error] = document.errors
  if (error) throw invalid(name, error)
  const placeOfNode = (node: unknown): Place | undefined => {
    if (!isNode(node) || !node.range) return undefined
    const { line, col } = lineCounter.linePos(node.range[0])
    return { line, column: col }
  }
  return {
    content: contentOf(document, name),
    locate(pointer) {
      const keys = keysOf(pointer)
      const nodeAt = (length: number): unknown =>
        length === 0 ? document.contents : document.getIn(keys.slice(0, length), true)
      // The nearest part that is there: what is missing has no place of its own.
      for (let length = keys.length; length >= 0; length--) {
        const place = placeOfNode(nodeAt(length))
        if (!place) continue
        const around = length > 0 ? nodeAt(length - 1) : undefined
        const pair = isMap(around)
          ? around.items.find(({ key }) => isScalar(key) && String(key.value) === String(keys[length - 1]))
          : undefined
        const key = placeOfNode(pair?.key)
        // What stands below its key begins with something else.
        return key && key.line < place.line ? key : place
      }
      return undefined
    },
  }
}

/** What a document says; an alias that stands for nothing is only found here. */
function contentOf(document: { toJS(): unknown }, name: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    throw error instanceof Error ? invalid(name, error) : error
  }
}

function invalid(name: string, { message }: Error): Unreadable {
  return new Unreadable(name, withoutKeys(forPeople(message).trimEnd()))
}

/** The parser tells programmers which of its functions to call for several documents. */
function forPeople(message: string): string {
  return message.replace(
    'Source contains multiple documents; please use YAML.parseAllDocuments()',
    'a file holds one spec, and a second document begins',
  )
}

/** The parser shows the line that it fails at, cut off at both ends, which may hold a secret key or some of it. */
function withoutKeys(message: string): string {
  return message
    .replace(/…[A-Za-z0-9+/=]+|[A-Za-z0-9+/=]+…/g, '…')
    .replace(/[A-Za-z0-9+/]{16,}=*/g, (text) => (/\d/.test(text) || text.length >= 40 ? '(hidden)' : text))
}

/** A key of a JSON pointer: an index where it is a number. */
function unescaped(key: string): string | number {
  return /^\d+$/.test(key) ? Number(key) : key.replaceAll('~1', '/').replaceAll('~0', '~')
}
