import { closeSync, fstatSync, openSync, readdirSync, readlinkSync, type Stats, statSync, unlinkSync } from 'node:fs'
import { NetworkError } from '../error.js'
import { CLONE_NEWNET, MNT_DETACH, MS_BIND, MS_REC, MS_SHARED } from './constants.js'
import { codeOf, isExhaustion, systemError, thrownError } from './errno.js'
import { checked, lastErrno, libc } from './libc.js'
import { makeDirectory } from './makeDirectory.js'
import { integer, maximumInt, pathText, type Values } from './optionValues.js'

/**
 * Which network namespace: the name of one under `/run/netns` (as `ip netns` makes them), a path to one
 * (`/proc/42/ns/net`), that of a process, or an open descriptor of one.
 */
export type NamespaceReference = string | { readonly path: string } | { readonly pid: number } | { readonly fd: number }

/** Where `ip netns` and this SDK keep named network namespaces. */
export const namespaceDirectory = '/run/netns'

// Not /proc/self: that is the process's first thread, and inside a Worker this thread is another one.
const ownNamespace = '/proc/thread-self/ns/net'

/** What a reference that is an object tells, by one of these. */
const referenceValues: readonly (readonly [name: string, values: Values])[] = [
  ['path', pathText],
  ['pid', integer(1, maximumInt)],
  ['fd', integer(0, maximumInt)],
]

/** Refuses what is no reference to a namespace; whether there is one is for whoever opens it. */
function checkReference(reference: NamespaceReference): void {
  if (typeof reference === 'string' && !reference.includes('\0')) return
  const object = typeof reference === 'object' && reference !== null ? reference : undefined
  const [name, values] = referenceValues.find(([property]) => object && property in object) ?? []
  if (object && name !== undefined && values) {
    if (values.include(Reflect.get(object, name))) return
    throw new NetworkError('INVALID_ARGUMENT', `namespace: ${name} must be ${values.words}`, { attribute: name })
  }
  const shown = object ? `an object of ${Object.keys(object).join(', ') || 'nothing'}` : String(reference)
  throw new NetworkError('INVALID_ARGUMENT', `${shown} is no namespace: a name, a path, a process or a descriptor`)
}

/** The file behind a reference; a name must be one path element. */
export function namespacePath(reference: NamespaceReference): string {
  checkReference(reference)
  if (typeof reference === 'string') {
    return reference.includes('/') ? reference : `${namespaceDirectory}/${checkedName(reference)}`
  }
  if ('path' in reference) return reference.path
  return 'pid' in reference ? `/proc/${reference.pid}/ns/net` : `/proc/self/fd/${reference.fd}`
}

/** How messages name a namespace. */
export function describeNamespace(reference: NamespaceReference): string {
  checkReference(reference)
  if (typeof reference === 'string') return reference
  if ('path' in reference) return reference.path
  return 'pid' in reference ? `of process ${reference.pid}` : `of descriptor ${reference.fd}`
}

function checkedName(name: string): string {
  const isText = typeof name === 'string'
  if (isText && /^[^/\0]+$/.test(name) && Buffer.byteLength(name) <= 255 && name !== '.' && name !== '..') return name
  const shown = isText ? JSON.stringify(name) : String(name)
  throw new NetworkError('INVALID_ARGUMENT', `namespace name ${shown}: must be one path element of at most 255 bytes`)
}

/** Opens a namespace; the caller closes the descriptor. A missing one is the error `NOT_FOUND`. */
export function openNamespace(reference: NamespaceReference): number {
  const path = namespacePath(reference)
  try {
    return openSync(path, 'r')
  } catch (cause) {
    const code = codeOf(cause)
    if (code === 'ENOENT' || code === 'ESRCH') {
      throw new NetworkError('NOT_FOUND', `namespace ${describeNamespace(reference)}: does not exist`, { cause })
    }
    throw new NetworkError(code, `namespace ${describeNamespace(reference)}: cannot open ${path} (${code})`, { cause })
  }
}

/** Opens the namespace that the calling thread is in. */
export function openOwnNamespace(): number {
  try {
    return openSync(ownNamespace, 'r')
  } catch (cause) {
    throw thrownError(cause, 'open the own network namespace')
  }
}

/**
 * Runs `work` with the calling thread inside another namespace, and returns to the own one. Where it is in that one
 * already it stays, since entering it again needs CAP_SYS_ADMIN, too.
 *
 * Only the calling thread moves. `work` must be synchronous: a socket, a tun descriptor or a /proc/sys file that it
 * opens stays in that namespace for good, but a promise or a thread started inside would not come back. If the way
 * back is barred, the process aborts, since going on in the wrong namespace would change the wrong network.
 */
export function inNamespace<T>(fd: number, work: () => T): T {
  const home = openOwnNamespace()
  try {
    if (isSameFile(fd, home)) return work()
    if (libc.setns(fd, CLONE_NEWNET) < 0) throw notEntered(fd, lastErrno())
    try {
      return work()
    } finally {
      returnTo(home)
    }
  } finally {
    closeSync(home)
  }
}

/** Why a namespace was not entered. EINVAL says that the file is none, which only it can name by now. */
function notEntered(fd: number, errno: number): NetworkError {
  const error = systemError(errno, 'enter network namespace')
  if (error.code !== 'EINVAL') return error
  const file = readlinkSync(`/proc/self/fd/${fd}`)
  return new NetworkError('INVALID_ARGUMENT', `namespace ${file}: it is no network namespace`, { errno })
}

function isSameFile(fd: number, other: number): boolean {
  return isSame(fstatSync(fd), fstatSync(other))
}

function isSame(one: Stats, two: Stats): boolean {
  return one.ino === two.ino && one.dev === two.dev
}

/** Whether a reference leads to the namespace that a descriptor is of. */
export function isNamespaceAt(fd: number, reference: NamespaceReference): boolean {
  try {
    return isSame(fstatSync(fd), statSync(namespacePath(reference)))
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return false
    throw thrownError(cause, `namespace ${describeNamespace(reference)}`)
  }
}

function returnTo(home: number): void {
  if (libc.setns(home, CLONE_NEWNET) < 0) process.abort()
}

/** Makes a namespace without a name and returns its descriptor; it lives until the descriptor and its sockets close. */
export function createAnonymousNamespace(): number {
  return inNewNamespace(openOwnNamespace)
}

function inNewNamespace<T>(work: () => T): T {
  const home = openOwnNamespace()
  try {
    checked(libc.unshare(CLONE_NEWNET), 'create network namespace')
    try {
      return work()
    } finally {
      returnTo(home)
    }
  } finally {
    closeSync(home)
  }
}

/** Creates a named namespace, as `ip netns add NAME` does. An existing one is the error `EEXIST`. */
export function createNamespace(name: string): void {
  const path = namespacePath(checkedName(name))
  shareDirectory()
  try {
    closeSync(openSync(path, 'wx', 0o000))
  } catch (cause) {
    const code = codeOf(cause)
    throw new NetworkError(code, `namespace ${name}: cannot create ${path} (${code})`, { cause })
  }
  try {
    inNewNamespace(() => checked(libc.mount(ownNamespace, path, 'none', MS_BIND, null), `namespace ${name}: mount`))
  } catch (error) {
    unlinkSync(path)
    throw error
  }
}

/** Other mount namespaces must see a deletion, or it would fail with EBUSY there (iproute2, ipnetns.c). */
function shareDirectory(): void {
  try {
    makeDirectory(namespaceDirectory, 0o755)
  } catch (cause) {
    throw thrownError(cause, `make ${namespaceDirectory}`)
  }
  if (libc.mount('', namespaceDirectory, 'none', MS_SHARED | MS_REC, null) === 0) return
  checked(
    libc.mount(namespaceDirectory, namespaceDirectory, 'none', MS_BIND | MS_REC, null),
    `mount ${namespaceDirectory}`,
  )
  checked(libc.mount('', namespaceDirectory, 'none', MS_SHARED | MS_REC, null), `share ${namespaceDirectory}`)
}

/** Deletes the name of a namespace, as `ip netns delete NAME` does; it dies when nothing else holds it. */
export function deleteNamespace(name: string): void {
  const path = namespacePath(checkedName(name))
  // EINVAL: a file that nothing is mounted on, left behind by a crash between its creation and the mount.
  libc.umount2(path, MNT_DETACH)
  try {
    unlinkSync(path)
  } catch (cause) {
    const code = codeOf(cause)
    throw new NetworkError(code === 'ENOENT' ? 'NOT_FOUND' : code, `namespace ${name}: cannot delete (${code})`, {
      cause,
    })
  }
}

/** The names of all named namespaces, sorted. */
export function listNamespaces(): string[] {
  try {
    return readdirSync(namespaceDirectory).sort()
  } catch (cause) {
    if (isExhaustion(cause)) throw thrownError(cause, 'list the named namespaces')
    // No directory yet: nothing on this machine has made a named namespace.
    return []
  }
}
