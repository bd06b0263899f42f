import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import { isExhaustion, thrownError } from './errno.js'

/** Reads a file of the system; nothing where it is missing or may not be read. */
export function readIfPossible(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (isExhaustion(cause)) throw thrownError(cause, `read ${path}`)
    return ''
  }
}

let modules: ReadonlyMap<string, string> | undefined

/** The modules that netlink and teams ask for, by their alias, as depmod lists them for this kernel. */
function aliasedModules(): ReadonlyMap<string, string> {
  if (!modules) {
    const lines = readIfPossible(`/lib/modules/${release()}/modules.alias`).matchAll(
      /^alias ((?:rtnl|net-pf-16|team-mode)-\S+) (\S+)$/gm,
    )
    modules = new Map([...lines].map(([, alias = '', module = '']) => [alias, module.replaceAll('-', '_')]))
  }
  return modules
}

/** Whether a module is loaded; one that is part of the kernel need not show. */
export function isModuleLoaded(module: string): boolean {
  return existsSync(`/sys/module/${module}`)
}

/** Whether the kernel would load a module as soon as it asks for this alias. */
export function wouldLoadModule(alias: string): boolean {
  const module = aliasedModules().get(alias)
  if (module === undefined || isModuleLoaded(module)) return false
  return readIfPossible('/proc/sys/kernel/modules_disabled').trim() !== '1'
}

/**
 * Whether the kernel would load a module as soon as it is asked for a kind of link. A module can make links of its own
 * at once, such as sit0, and so is not to be loaded by a mere question.
 */
export function wouldLoadLinkModule(kind: string): boolean {
  return wouldLoadModule(`rtnl-link-${kind}`)
}

/** The same for a way to wrap packets of routes: net/core/lwtunnel.c, lwtunnel_encap_str. */
export function wouldLoadEncapsulationModule(type: string): boolean {
  return wouldLoadModule(`rtnl-lwt-${type.toUpperCase()}`)
}

/** The same for a family of generic netlink: net/netlink/genetlink.c, ctrl_getfamily. */
export function wouldLoadFamilyModule(family: string): boolean {
  return wouldLoadModule(`net-pf-16-proto-16-family-${family}`)
}
