import { closeSync } from 'node:fs'
import { createAnonymousNamespace, type NamespaceReference } from '../system/namespace.js'

/** A network namespace that lives as long as a test. */
export interface ThrowAwayNamespace {
  /** Its descriptor, closed when the work is over. */
  readonly fd: number
  /** What functions of the SDK take as `namespace`. */
  readonly reference: NamespaceReference
  /** The path by which other programs enter it: `nsenter --net=PATH ip link`. */
  readonly path: string
}

/**
 * Makes a network namespace without a name, runs `work` with it and lets it go: with it vanishes whatever was
 * configured inside. Needs CAP_SYS_ADMIN.
 */
export async function withNamespace<T>(work: (namespace: ThrowAwayNamespace) => Promise<T> | T): Promise<T> {
  const fd = createAnonymousNamespace()
  try {
    return await work({ fd, reference: { fd }, path: `/proc/${process.pid}/fd/${fd}` })
  } finally {
    closeSync(fd)
  }
}
