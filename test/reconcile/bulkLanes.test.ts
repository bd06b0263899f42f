// Routes that two sockets send to the kernel at once.
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { apply, RouteSet, type RouteSpec } from '../../src/index.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import { areForTwo, noneTwice } from '../../src/reconcile/execute/bulkLanes.js'
import type { BulkChange } from '../../src/reconcile/steps/operation.js'
import { type KernelMaker, machineKernel } from '../../src/reconcile/world/kernel.js'
import type { PackedRoutes } from '../../src/rtnetlink/packed/packedRoutes.js'
import { packedRoutes } from '../../src/state/packedState.js'
import { kernelIsAtLeast } from '../../src/system/kernelRelease.js'
import { interposedKernel } from '../campaigns/interposedKernel.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const count = 30_000
const manyProcessors = availableParallelism() > 1 ? test : test.skip
const forTwo = kernelIsAtLeast(6, 16) ? manyProcessors : test.skip

function prefixOf(number: number): string {
  return `fd10:${((number >> 8) + 1).toString(16)}:${((number & 0xff) + 1).toString(16)}::/48`
}

function* routes(gateway = 'fd00::2', total = count): Generator<RouteSpec> {
  for (let number = 0; number < total; number++) yield { to: prefixOf(number), via: gateway, dev: 'br0' }
}

function* ipv4Routes(): Generator<RouteSpec> {
  for (let number = 0; number < count; number++) {
    yield { to: `20.${number >> 8}.${number & 0xff}.0/24`, via: '10.0.0.2', dev: 'br0' }
  }
}

function stage(t: ExecutionContext) {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge && ip link set br0 up && ip address add fd00::1/64 dev br0 nodad')
  const stateDirectory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
  t.teardown(() => rmSync(stateDirectory, { recursive: true, force: true }))
  const shown = (): string[] => {
    const listed: { dst: string; gateway?: string }[] = JSON.parse(namespace.sh('ip -j -6 route show'))
    return listed.filter(({ gateway }) => gateway !== undefined).map(({ dst, gateway }) => `${dst} ${gateway}`)
  }
  return { ...namespace, shown, options: { namespace: { path: namespace.path }, stateDirectory } }
}

const listed = (gateway: string): string[] => [...routes(gateway)].map(({ to }) => `${to} ${gateway}`).sort()

/** Sockets that tell how many datagrams each sends by another thread, and can break at one. */
function watched(breaksAt: (socket: number, datagram: number) => boolean = () => false) {
  const sent: number[] = []
  const kernel: KernelMaker = (namespaceFd) => ({
    ...machineKernel(namespaceFd),
    transport() {
      const socket = sent.push(0) - 1
      return new (class extends FfiTransport {
        override sendAside(datagram: Uint8Array): Promise<void> {
          sent[socket] = (sent[socket] ?? 0) + 1
          if (breaksAt(socket, sent[socket])) this.close()
          return super.sendAside(datagram)
        }
      })({ namespaceFd })
    },
  })
  return { sent, kernel }
}

forTwo('two sockets send many IPv6 routes, change them and delete them', async (t) => {
  const { shown, options } = stage(t)
  for (const gateway of ['fd00::2', 'fd00::3']) {
    const { sent, kernel } = watched()
    const set = (await RouteSet.from(routes(gateway))).unwrap()
    ;(await apply({ routes: set }, { ...options, kernel })).unwrap()
    t.deepEqual(shown().sort(), listed(gateway))
    t.is(sent.length, 2)
    t.true(
      sent.every((datagrams) => datagrams > 5),
      sent.join(),
    )
    t.false((await apply({ routes: set }, options)).unwrap().changed)
  }
  const { sent, kernel } = watched()
  ;(await apply({}, { ...options, kernel, prune: true })).unwrap()
  t.deepEqual(shown(), [])
  t.true(sent.length === 2 && sent.every((datagrams) => datagrams > 3), sent.join())
})

forTwo(
  'a set in no order is sent by two sockets as well, but not one that decides about its own gateways',
  async (t) => {
    const { shown, options } = stage(t)
    const shuffled = [...routes()].sort((one, other) => (one.to.at(-6) ?? '').localeCompare(other.to.at(-6) ?? ''))
    const first = watched()
    ;(await apply({ routes: shuffled }, { ...options, kernel: first.kernel })).unwrap()
    t.deepEqual(shown().sort(), listed('fd00::2'))
    t.is(first.sent.length, 2)
    ;(await apply({}, { ...options, prune: true })).unwrap()
    const second = watched()
    const own = [...routes(), { to: 'fd00::2/128', via: 'fd00::9', dev: 'br0' }]
    await apply({ routes: own }, { ...options, kernel: second.kernel })
    t.is(second.sent.length, 1)
  },
)

forTwo('a route that the kernel refuses undoes what both sockets did, and is named', async (t) => {
  const { shown, sh, options } = stage(t)
  sh(`ip route add ${prefixOf(77)} via fd00::77 proto static`)
  const before = shown()
  const bad = [...routes()].map((route, index) => (index === 12_345 ? { ...route, via: 'fd99::1' } : route))
  const result = await apply({ routes: (await RouteSet.from(bad)).unwrap() }, options)
  t.like(result.val, { object: `route ${prefixOf(12_345)}`, path: '/routes/12345', rollback: { restored: true } })
  t.deepEqual(shown(), before)
})

forTwo('when either socket is lost amid a load, all is undone as far as the other one reaches', async (t) => {
  for (const broken of [0, 1]) {
    const { shown, options } = stage(t)
    const { kernel } = watched((socket, datagram) => socket === broken && datagram === 4)
    const result = await apply({ routes: (await RouteSet.from(routes())).unwrap() }, { ...options, kernel })
    t.like(result.val, { code: 'CLOSED', rollback: { restored: broken === 1 } })
    if (broken === 1)
      t.deepEqual(shown(), [])
      // What could not be undone is noted, and undone by the next one.
    ;(await apply({}, options)).unwrap()
    t.deepEqual(shown(), [])
  }
})

forTwo('a load by two sockets that is given up is undone', async (t) => {
  const { shown, options } = stage(t)
  const given = new AbortController()
  const onProgress = (done: number): void => {
    if (done > count / 3) given.abort()
  }
  const set = (await RouteSet.from(routes())).unwrap()
  const result = await apply({ routes: set }, { ...options, signal: given.signal, onProgress })
  t.like(result.val, { code: 'ABORTED', rollback: { restored: true } })
  t.deepEqual(shown(), [])
})

manyProcessors('two sockets delete many IPv4 routes; where that is given up, all are there again', async (t) => {
  const { sh, options } = stage(t)
  sh('ip address add 10.0.0.1/24 dev br0')
  const shown = (): number => sh('ip route show via 10.0.0.2').split('\n').filter(Boolean).length
  const set = (await RouteSet.from(ipv4Routes())).unwrap()
  const adding = watched()
  ;(await apply({ routes: set }, { ...options, kernel: adding.kernel })).unwrap()
  t.is(adding.sent.length, 1)
  t.is(shown(), count)
  const given = new AbortController()
  const onProgress = (done: number): void => {
    if (done > count / 2) given.abort()
  }
  const result = await apply({ routes: set.absent() }, { ...options, signal: given.signal, onProgress })
  t.like(result.val, { code: 'ABORTED', rollback: { restored: true } })
  t.is(shown(), count)
  const { sent, kernel } = watched()
  ;(await apply({ routes: set.absent() }, { ...options, kernel })).unwrap()
  t.is(shown(), 0)
  t.true(sent.length === 2 && sent.every((datagrams) => datagrams > 3), sent.join())
})

forTwo('a change that the kernel takes and does not do is found, whichever socket it went by', async (t) => {
  const { shown, options } = stage(t)
  let seen = 0
  const kernel = interposedKernel({ before: () => (++seen % 5000 === 0 ? 'ignore' : 'pass') })
  const set = (await RouteSet.from(routes())).unwrap()
  ;(await apply({ routes: set }, { ...options, kernel })).unwrap()
  t.true(seen > count)
  t.deepEqual(shown().sort(), listed('fd00::2'))
})

/** That these routes are added. */
function additions(specs: Iterable<RouteSpec>): Promise<PackedRoutes<BulkChange>> {
  return changes(specs, () => 'addRoute')
}

/** That this is done with these routes. */
function changes(
  specs: Iterable<RouteSpec>,
  typeOf: (index: number) => 'addRoute' | 'deleteRoute',
): Promise<PackedRoutes<BulkChange>> {
  const list = [...specs].map(({ to, via = '' }, index): { operation: BulkChange['operation'] } => {
    const family = to.includes(':') ? 'inet6' : 'inet'
    return { operation: { type: typeOf(index), route: { family, to, via, table: 254, metric: 0, tos: 0 } } }
  })
  return packedRoutes(
    list,
    ({ operation }) => operation.route,
    ({ operation }) => `${operation.type} ${operation.route.via}`,
  )
}

forTwo('two sockets are for many IPv6 routes that do not depend on each other', async (t) => {
  const many = await additions(routes())
  t.true(await areForTwo(many, many.inet6, undefined))
  const few = await additions(routes('fd00::2', 4000))
  t.false(await areForTwo(few, few.inet6, undefined))
  const nested = await additions([...routes(), { to: '::/0', via: 'fd00::2' }])
  t.false(await areForTwo(nested, nested.inet6, undefined))
})

manyProcessors('many deletions of IPv4 routes are for two sockets, and nothing else of IPv4 is', async (t) => {
  const ipv4 = [...ipv4Routes()]
  const deletions = await changes(ipv4, () => 'deleteRoute')
  t.true(await areForTwo(deletions, deletions.inet, undefined))
  const some = await changes(ipv4, (index) => (index === 4000 ? 'addRoute' : 'deleteRoute'))
  t.false(await areForTwo(some, some.inet, undefined))
  const few = await changes(ipv4.slice(0, 4000), () => 'deleteRoute')
  t.false(await areForTwo(few, few.inet, undefined))
})

test('a prefix that is there twice is found in sorted rows, and only there', async (t) => {
  const twice = async (...prefixes: readonly string[]): Promise<boolean> => {
    const { inet6 } = await additions(prefixes.map((to) => ({ to, via: 'fd00::2' })))
    return !noneTwice(inet6, Uint32Array.from(prefixes.keys()))
  }
  t.false(await twice('fd10::/16', 'fd10::/17', 'fd11::/16', 'fd12::/64', 'fd12::/128', 'fd12::1/128'))
  t.true(await twice('fd10::/16', 'fd11::/16', 'fd11::/16'))
  t.true(await twice('fd12::1/128', 'fd12::2/128', 'fd12::1/128'))
  const hosts = Array.from({ length: 70 }, (_, index) => `fd12::${index.toString(16)}/128`)
  t.true(await twice(...hosts), 'too many to tell')
  t.false(await twice(...hosts.slice(0, 60)))
})
