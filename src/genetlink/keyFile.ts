import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { NetworkError } from '../error.js'
import { codeOf } from '../system/errno.js'

/**
 * Reads a key from a file, whose text it is but for white space around. No error shows what the file has.
 * @param directory where a relative path begins; default the working directory
 */
export function readSecret(
  path: string,
  directory: string,
  isKey: (text: string) => boolean,
  expected: string,
): string {
  // Somebody may have given the key itself.
  const name = isKey(path) ? '(hidden), whose name is a key itself,' : path
  let text: string
  try {
    text = readFileSync(resolve(directory, path), 'utf8').trim()
  } catch (cause) {
    const code = codeOf(cause)
    throw new NetworkError(code, `the key file ${name} cannot be read (${code})`)
  }
  if (!isKey(text)) throw new NetworkError('INVALID_ARGUMENT', `the file ${name} holds no key: ${expected}`)
  return text
}
