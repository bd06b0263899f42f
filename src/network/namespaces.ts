import { attemptSync, type Result } from '../result.js'
import { createNamespace, deleteNamespace, listNamespaces } from '../system/namespace.js'

/** The named network namespaces of the machine: `ip netns`. */
export interface Namespaces {
  /** Creates a namespace under `/run/netns`: `ip netns add NAME`. An existing one is the error `EEXIST`. */
  create(name: string): Result<void>
  /** Deletes its name: `ip netns delete NAME`. It dies when no process and no descriptor is in it any more. */
  delete(name: string): Result<void>
  /** The names of all of them, sorted: `ip netns`. */
  list(): Result<readonly string[]>
}

/** The named network namespaces of the machine: `ip netns`. Creating and deleting needs CAP_SYS_ADMIN. */
export const namespaces: Namespaces = {
  create: (name) => attemptSync(() => createNamespace(name)),
  delete: (name) => attemptSync(() => deleteNamespace(name)),
  list: () => attemptSync(() => listNamespaces()),
}
