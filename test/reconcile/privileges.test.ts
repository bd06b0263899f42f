import test from 'ava'
import { testNamespace } from '../helpers/namespace.js'
import { fixture, runProgram } from '../helpers/program.js'

const program = fixture(import.meta.url, 'inOwnNamespace')

for (const { what, capabilities, applied, bridges } of [
  { what: 'the right to change the network alone is enough', capabilities: '-all,+net_admin', applied: 3, bridges: 1 },
  {
    what: 'reading needs no right, and changing it does',
    capabilities: '-all',
    applied:
      'forwarding ipv4: sysctl net.ipv4.ip_forward: write: Operation not permitted (EPERM); this process lacks CAP_NET_ADMIN',
    bridges: 0,
  },
]) {
  test(`in the own namespace ${what}`, async (t) => {
    const namespace = testNamespace(t)
    const { stdout, stderr } = await runProgram([
      ...['nsenter', `--net=${namespace.path}`, '--'],
      ...['setpriv', `--bounding-set=${capabilities}`, `--inh-caps=${capabilities}`],
      ...[process.execPath, program],
    ])
    t.deepEqual(JSON.parse(stdout), { snapshot: true, plan: true, list: true, apply: applied }, stderr)
    t.is(namespace.ip('link', 'show', 'type', 'bridge').filter(({ ifname }) => ifname === 'br0').length, bridges)
  })
}
