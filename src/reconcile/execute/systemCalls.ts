import { sysctlFile } from '../../state/sysctl.js'
import { createNamespace, deleteNamespace } from '../../system/namespace.js'
import { namespaceIdentity } from '../../system/namespaceIdentity.js'
import { changedWithForwarding, forwardingFiles } from '../../system/sysctl.js'
import type { Operation } from '../steps/operation.js'
import type { Kernel } from '../world/kernel.js'
import type { Place } from '../world/place.js'
import type { World } from '../world/world.js'

/** What is done without any message. */
type SystemCall = Extract<Operation, { type: 'createNamespace' | 'deleteNamespace' | 'setForwarding' | 'setSysctl' }>

const types: ReadonlySet<Operation['type']> = new Set<SystemCall['type']>([
  'createNamespace',
  'deleteNamespace',
  'setForwarding',
  'setSysctl',
])

export function isSystemCall(operation: Operation): operation is SystemCall {
  return types.has(operation.type)
}

/** Makes and deletes namespaces, and writes settings. */
export function runSystemCall(operation: SystemCall, world: World, place: () => Place): void {
  switch (operation.type) {
    case 'createNamespace': {
      const { name } = operation
      world.journal?.append({ type: 'namespace', name })
      createNamespace(name)
      const { fd } = world.opened(name)
      world.journal?.append({ type: 'namespace', name, identity: namespaceIdentity(fd) })
      return
    }
    case 'deleteNamespace':
      world.closed(operation.name)
      deleteNamespace(operation.name)
      return
    case 'setForwarding':
      setForwarding(operation, place().kernel)
      return
    case 'setSysctl': {
      const { kernel } = place()
      for (const [setting, value] of Object.entries(operation.values)) {
        kernel.writeSysctl(sysctlFile(operation.name, setting), value)
      }
    }
  }
}

function setForwarding({ family, value, along = {} }: Extract<SystemCall, { type: 'setForwarding' }>, kernel: Kernel) {
  kernel.writeSysctl(forwardingFiles[family], value ? '1' : '0')
  for (const file of changedWithForwarding[family]) {
    const former = along[file]
    if (former !== undefined) kernel.writeSysctl(file, former)
  }
}
