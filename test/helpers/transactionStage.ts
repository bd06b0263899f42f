import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import type { Spec } from '../../src/spec/types.js'
import type { Orders } from '../reconcile/fixtures/applyAndDie.js'
import { fixture, runProgram } from './program.js'
import { type ReconcileNamespace, reconcileNamespace } from './reconcile.js'

/** A furnished namespace, with a state directory of its own. */
export interface Stage extends ReconcileNamespace {
  readonly stateDirectory: string
  readonly place: { readonly namespace: { readonly path: string }; readonly stateDirectory: string }
  /** Applies in a process of its own that is killed. */
  killed(spec: Spec, options?: Pick<Orders, 'dieBefore' | 'dieOnce' | 'confirmWithin'>): Promise<string>
  files(): string[]
}

const furniture = [
  'ip link add br0 type bridge forward_delay 400',
  'ip link set br0 up',
  'ip address add 10.0.0.1/24 dev br0',
  'ip address add fd00::1/64 dev br0 nodad',
  'ip route add 10.9.0.0/16 via 10.0.0.254 proto static',
  'ip rule add priority 90 from 10.7.0.0/16 table 99',
].join(' && ')

/** What applies of these tests want. */
export const target: Spec = {
  links: [
    { name: 'br0', bridge: { forwardDelay: 2 }, mtu: 1400, addresses: ['10.0.0.2/24'] },
    { name: 'tap0', kind: 'tap', master: 'br0' },
    { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } }, addresses: ['10.1.0.1/24'] },
  ],
  routes: [
    { to: '10.9.0.0/16', via: '10.0.0.253' },
    { to: '10.8.0.0/16', via: '10.1.0.9' },
  ],
  rules: [{ priority: 100, from: '10.9.0.0/16', table: 100 }],
  forwarding: { ipv4: true },
}

/** Makes a stage that goes with the test. */
export function stage(t: ExecutionContext): Stage {
  const namespace = reconcileNamespace(t)
  const stateDirectory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
  t.teardown(() => rmSync(stateDirectory, { recursive: true, force: true }))
  namespace.sh(furniture)
  const place = { namespace: { path: namespace.path }, stateDirectory }
  return {
    ...namespace,
    stateDirectory,
    place,
    killed: async (spec, options = {}) => {
      const orders: Orders = { namespacePath: namespace.path, stateDirectory, spec, ...options }
      const ended = await runProgram([
        process.execPath,
        fixture(import.meta.url.replace('/helpers/', '/reconcile/'), 'applyAndDie'),
        JSON.stringify(orders),
      ])
      t.is(ended.signal, 'SIGKILL', ended.stderr)
      return ended.stdout
    },
    files: () => readdirSync(stateDirectory).filter((name) => !name.endsWith('.lock')),
  }
}
