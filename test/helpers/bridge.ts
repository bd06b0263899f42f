import test from 'ava'
import { testNamespace } from './namespace.js'

function probeVlanFiltering(): boolean {
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

/** Whether the kernel's bridges have VLAN filtering. */
export const hasVlanFiltering = probeVlanFiltering()

/** A test that needs it: skipped where the kernel has none. */
export const testWithVlans = hasVlanFiltering ? test : test.skip
