import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { NetworkError } from '../error.js'
import { codeOf, errnoNumber, errnoText, isExhaustion, thrownError } from './errno.js'
import { inNamespace } from './namespace.js'

/** Reads a file under /proc/sys/net as the namespace has it; `undefined` where this kernel lacks it. */
export function readSysctl(namespaceFd: number, name: string): string | undefined {
  return inNamespace(namespaceFd, () => {
    try {
      return readFileSync(`/proc/sys/net/${name}`, 'utf8').trim()
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return undefined
      throw sysctlError(name, 'read', cause)
    }
  })
}

/** Reads all files of a directory under /proc/sys/net that can be read; none where this kernel lacks it. */
export function readSysctls(namespaceFd: number, directory: string): Readonly<Record<string, string>> {
  return inNamespace(namespaceFd, () => {
    const path = `/proc/sys/net/${directory}`
    const values = namesIn(path).flatMap((name): [string, string][] => {
      const value = contentOf(`${path}/${name}`)
      return value === undefined ? [] : [[name, value]]
    })
    return Object.fromEntries(values)
  })
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return []
    throw thrownError(cause, `list ${path}`)
  }
}

/** What a file says; nothing where it may not be read or has nothing to say, as a secret that was never set (EIO). */
function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    if (isExhaustion(cause)) throw thrownError(cause, `read ${path}`)
    return undefined
  }
}

/** Writes a file under /proc/sys/net of the namespace. */
export function writeSysctl(namespaceFd: number, name: string, value: string): void {
  inNamespace(namespaceFd, () => {
    try {
      writeFileSync(`/proc/sys/net/${name}`, value)
    } catch (cause) {
      throw sysctlError(name, 'write', cause)
    }
  })
}

function sysctlError(name: string, verb: string, cause: unknown): NetworkError {
  const code = codeOf(cause)
  const object = `sysctl net.${name.replaceAll('/', '.')}`
  const errno = errnoNumber(code)
  return new NetworkError(code, `${object}: ${verb}: ${errnoText(errno)} (${code})`, { errno, object, cause })
}

/** The files that switch forwarding. */
export const forwardingFiles = { ipv4: 'ipv4/ip_forward', ipv6: 'ipv6/conf/all/forwarding' } as const

/**
 * What the kernel changes along with such a switch, beside each link: net/ipv4/devinet.c, inet_forward_change;
 * net/ipv6/addrconf.c, addrconf_fixup_forwarding.
 */
export const changedWithForwarding = {
  ipv4: ['ipv4/conf/default/forwarding', 'ipv4/conf/all/accept_redirects'],
  ipv6: ['ipv6/conf/default/forwarding'],
} as const
