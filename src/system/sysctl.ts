import { readFileSync, writeFileSync } from 'node:fs'
import { NetworkError } from '../error.js'
import { codeOf, errnoNumber, errnoText } from './errno.js'
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
