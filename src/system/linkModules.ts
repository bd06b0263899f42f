import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import { codeOf } from './errno.js'

/** Reads a file of the system; nothing where it is missing or may not be read. */
export function readIfPossible(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (codeOf(cause) === undefined) throw cause
    return ''
  }
}

let modules: ReadonlyMap<string, string> | undefined

/** The modules that make kinds of links, by the kernel's name of the kind, as depmod lists them for this kernel. */
function linkModules(): ReadonlyMap<string, string> {
  if (!modules) {
    const lines = readIfPossible(`/lib/modules/${release()}/modules.alias`).matchAll(/^alias rtnl-link-(\S+) (\S+)$/gm)
    modules = new Map([...lines].map(([, kind = '', module = '']) => [kind, module.replaceAll('-', '_')]))
  }
  return modules
}

/**
 * Whether the kernel would load a module as soon as it is asked for a kind of link. A module can make links of its own
 * at once, such as sit0, and so is not to be loaded by a mere question.
 */
export function wouldLoadLinkModule(kind: string): boolean {
  const module = linkModules().get(kind)
  if (module === undefined || existsSync(`/sys/module/${module}`)) return false
  return readIfPossible('/proc/sys/kernel/modules_disabled').trim() !== '1'
}
