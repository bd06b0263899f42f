import { testNamespace } from './namespace.js'

/** Whether the kernel's bridges have VLAN filtering. */
export function hasVlanFiltering(): boolean {
  const teardowns: (() => void)[] = []
  const { sh } = testNamespace({ teardown: (work) => teardowns.push(work as () => void) })
  try {
    sh('ip link add br0 type bridge vlan_filtering 1 2>&1')
    return true
  } catch {
    return false
  } finally {
    for (const teardown of teardowns) teardown()
  }
}

/** What a test logs that needs it. */
export const noVlanFiltering = 'skipped, this kernel has no VLAN filtering'
