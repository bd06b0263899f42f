import test from 'ava'
import { testNamespace } from './namespace.js'

const probed = new Map<string, boolean>()

/** Whether the kernel has a kind of qdisc, told by `tc`. */
function hasQdisc(kind: string, command: string): boolean {
  const known = probed.get(kind)
  if (known !== undefined) return known
  const teardowns: (() => void)[] = []
  const { sh } = testNamespace({ teardown: (work) => teardowns.push(work as () => void) })
  let has = true
  try {
    sh(`tc qdisc add dev lo ${command} 2>&1`)
  } catch {
    has = false
  } finally {
    for (const teardown of teardowns) teardown()
  }
  probed.set(kind, has)
  return has
}

/** Commands that show whether a kind is there. */
const probes: Readonly<Record<string, string>> = {
  tbf: 'root tbf rate 1mbit burst 10k limit 10k',
  netem: 'root netem delay 1ms',
  clsact: 'clsact',
  ingress: 'ingress',
}

/** A test that needs kinds of qdiscs: skipped where the kernel has one of them not. */
export function testWithQdiscs(...kinds: readonly string[]): typeof test | typeof test.skip {
  return kinds.every((kind) => hasQdisc(kind, probes[kind] ?? `root ${kind}`)) ? test : test.skip
}
