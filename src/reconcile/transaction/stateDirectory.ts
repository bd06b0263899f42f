import { accessSync, constants, lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NetworkError } from '../../error.js'
import { codeOf } from '../../system/errno.js'

/**
 * Where locks and snapshots lie unless the caller says otherwise: memory that the machine's end clears, as what they
 * tell of goes with it, too.
 */
export function defaultStateDirectory(): string {
  const given = process.env['LINKWRIGHT_STATE_DIRECTORY']
  if (given) return given
  if (isWritable('/run')) return '/run/linkwright'
  const own = process.env['XDG_RUNTIME_DIR']
  return own && isWritable(own) ? join(own, 'linkwright') : join(tmpdir(), `linkwright-${userId()}`)
}

/**
 * Makes the directory if it is not there, and refuses one that somebody else could write to: what lies in it is
 * carried out with the rights of this process.
 */
export function openStateDirectory(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (cause) {
    const code = codeOf(cause)
    const hint = 'name another one as stateDirectory, or by LINKWRIGHT_STATE_DIRECTORY'
    throw new NetworkError(code, `state directory ${path}: cannot be made (${code}); ${hint}`, { cause })
  }
  const { uid, mode } = lstatSync(path)
  if ((mode & constants.S_IFMT) !== constants.S_IFDIR) throw unsafe(path, 'is not a directory')
  if (uid !== userId()) throw unsafe(path, `belongs to the user ${uid}`)
  if ((mode & 0o077) !== 0) throw unsafe(path, `can be read or written by others (${(mode & 0o777).toString(8)})`)
  return path
}

function unsafe(path: string, what: string): NetworkError {
  return new NetworkError(
    'UNSAFE_STATE',
    `state directory ${path}: ${what}; it must be the user's alone, with mode 700`,
  )
}

/** The user that files of this process belong to. */
export function userId(): number {
  return process.geteuid?.() ?? 0
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
