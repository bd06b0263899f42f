import { closeSync, readdirSync, statSync } from 'node:fs'
import { codeOf, isExhaustion } from '../../system/errno.js'
import { listNamespaces, namespacePath, openNamespace } from '../../system/namespace.js'
import { namespaceIdentity } from '../../system/namespaceIdentity.js'
import type { JournalNamespace } from './records.js'

/**
 * Opens the namespace that a journal tells of: where it was, under whatever name it has now, or through a process that
 * is in it.
 * @returns a descriptor, which the caller closes; `undefined` when there is none any more
 */
export function findNamespace({ identity, path }: JournalNamespace): number | undefined {
  const seen = new Set<string>()
  for (const candidate of candidates(path)) {
    const inode = inodeOf(candidate)
    if (inode === undefined || seen.has(inode)) continue
    seen.add(inode)
    const fd = openIfIdentical(candidate, identity)
    if (fd !== undefined) return fd
  }
  return undefined
}

function* candidates(path: string | undefined): Generator<string> {
  if (path !== undefined) yield path
  yield '/proc/thread-self/ns/net'
  for (const name of listNamespaces()) yield namespacePath(name)
  for (const pid of readdirSync('/proc')) if (/^\d+$/.test(pid)) yield `/proc/${pid}/ns/net`
}

function inodeOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path)
    return `${dev}:${ino}`
  } catch {
    // The process has ended, or is another user's.
    return undefined
  }
}

function openIfIdentical(path: string, identity: string): number | undefined {
  let fd: number
  try {
    fd = openNamespace({ path })
  } catch (error) {
    // Whoever is told that there is none gives its journal up.
    if (isExhaustion(error)) throw error
    return undefined
  }
  try {
    if (namespaceIdentity(fd) === identity) return fd
  } catch (error) {
    // INVALID_ARGUMENT: a file that no namespace is mounted on. EPERM: a namespace of another user's.
    const code = codeOf(error)
    if (code !== 'INVALID_ARGUMENT' && code !== 'EPERM') throw error
  }
  closeSync(fd)
  return undefined
}
