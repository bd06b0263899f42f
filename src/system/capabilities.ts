import { readFileSync } from 'node:fs'

// include/uapi/linux/capability.h
const CAP_NET_ADMIN = 12n

/** Whether the calling thread has CAP_NET_ADMIN in its own user namespace; undefined where that cannot be read. */
export function hasNetAdmin(): boolean | undefined {
  let status: string
  try {
    status = readFileSync('/proc/thread-self/status', 'utf8')
  } catch {
    return undefined
  }
  const [, effective] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status) ?? []
  return effective === undefined ? undefined : ((BigInt(`0x${effective}`) >> CAP_NET_ADMIN) & 1n) === 1n
}
