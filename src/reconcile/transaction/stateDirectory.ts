import { accessSync, constants, lstatSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NetworkError } from '../../error.js'
import { codeOf } from '../../system/errno.js'
import { makeDirectory } from '../../system/makeDirectory.js'

/**
 * Where locks and journals lie unless the caller says otherwise: memory that the machine's end clears, as what they
 * tell of goes with it, too.
 */
function defaultStateDirectory(): string {
  const given = process.env['LINKWRIGHT_STATE_DIRECTORY']
  if (given) return given
  if (isWritable('/run')) return '/run/linkwright'
  const own = process.env['XDG_RUNTIME_DIR']
  return own && isWritable(own) ? join(own, 'linkwright') : join(tmpdir(), `linkwright-${outerUserId()}`)
}

/**
 * Makes the directory if it is not there, and refuses one that somebody else could write to: what lies in it is
 * carried out with the rights of this process.
 */
export function openStateDirectory(path: string = defaultStateDirectory()): string {
  try {
    makeDirectory(path, 0o700)
  } catch (cause) {
    const code = codeOf(cause)
    const hint = 'name another one as stateDirectory (--state-directory), or by LINKWRIGHT_STATE_DIRECTORY'
    throw new NetworkError(code, `state directory ${path}: cannot be made (${code}); ${hint}`, { cause })
  }
  const { uid, mode } = lstatSync(path)
  if ((mode & constants.S_IFMT) !== constants.S_IFDIR) throw unsafe(path, 'is not a directory')
  if (uid !== userId()) throw unsafe(path, `belongs to the user ${uid}`)
  if ((mode & 0o077) !== 0) throw unsafe(path, `can be read or written by others (${(mode & 0o777).toString(8)})`)
  return path
}

/** Runs what works on the files of a state directory; what the system refuses becomes a `NetworkError`. */
export async function inStateDirectory<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw stateError(error, path)
  }
}

/** The `NetworkError` of what the system refused to do with a file; every other error as it is. */
export function stateError(error: unknown, path: string): unknown {
  if (error instanceof NetworkError || !(error instanceof Error) || !('syscall' in error)) return error
  const code = codeOf(error)
  return new NetworkError(code, `state directory: ${path}: ${error.message}`, { cause: error })
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

/** The user outside of this user namespace: inside, all are root. */
function outerUserId(): number {
  const inner = userId()
  for (const line of readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n')) {
    const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number)
    if (inner >= inside && inner < inside + count) return outside + inner - inside
  }
  return inner
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
