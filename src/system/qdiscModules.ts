import { release } from 'node:os'
import { isModuleLoaded, readIfPossible } from './linkModules.js'

let modules: ReadonlySet<string> | undefined

/** The modules of qdiscs that there are for this kernel, as depmod lists them. */
function qdiscModules(): ReadonlySet<string> {
  if (!modules) {
    const lines = readIfPossible(`/lib/modules/${release()}/modules.dep`).matchAll(/\/(sch_\w+)\.ko\S*:/g)
    modules = new Set([...lines].map(([, module = '']) => module))
  }
  return modules
}

/** Whether the kernel would load a module as soon as it is asked for a kind of qdisc. */
export function wouldLoadQdiscModule(kind: string): boolean {
  const module = `sch_${kind === 'clsact' ? 'ingress' : kind}`
  if (!qdiscModules().has(module) || isModuleLoaded(module)) return false
  return readIfPossible('/proc/sys/kernel/modules_disabled').trim() !== '1'
}
