import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { apply } from '../../src/reconcile/apply.js'
import { snapshot } from '../../src/reconcile/snapshot.js'
import { RouteSet, type RouteTextOptions } from '../../src/spec/routeSet.js'
import { manyRoutes, manyRoutesStage } from '../helpers/manyRoutes.js'
import { testNamespace } from '../helpers/namespace.js'

const stage = [
  'ip link set lo up',
  manyRoutesStage,
  'ip route add 10.9.0.0/16 via 10.0.0.2 proto static',
  'ip route add default nexthop via 10.0.0.3 weight 2 nexthop via 10.0.0.4',
  'ip route add blackhole 10.99.0.0/16 table 1000 metric 3',
  'ip route add 10.98.0.0/16 dev br0 mtu 1400 src 10.0.0.1 proto 108',
  'ip route add local 10.97.0.0/16 dev lo table local proto static',
  'ip route add 10.96.0.0/16 via 10.0.0.2 proto redirect',
  'ip -6 route add fd09::/48 via fd00::2 metric 5',
  'ip -6 route add default via fd00::3 dev br0',
  'ip -6 route add unreachable fd08::/32',
  'ip -6 route add fd07::/48 dev br0 expires 100',
].join(' && ')

interface Saved {
  readonly directory: string
  readonly options: { readonly namespace: string; readonly stateDirectory: string }
  readonly linkName: (index: number) => string | undefined
  readonly bytes: Buffer
  readonly sh: (command: string) => string
  /** What another command saves. */
  save(command: string): Buffer
}

function saved(t: ExecutionContext): Saved {
  const { path: namespace, ip, sh } = testNamespace(t)
  const directory = mkdtempSync(join(tmpdir(), 'linkwright-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  sh(stage)
  const names = new Map(ip('link', 'show').map(({ ifindex, ifname }) => [Number(ifindex), String(ifname)]))
  const save = (command: string): Buffer => {
    sh(`${command} > ${join(directory, 'routes.bin')}`)
    return readFileSync(join(directory, 'routes.bin'))
  }
  const options = { namespace, stateDirectory: directory }
  return { directory, options, sh, save, linkName: (index) => names.get(index), bytes: save('ip route save table all') }
}

async function problem(bytes: Uint8Array | readonly Uint8Array[], options: RouteTextOptions = {}): Promise<string> {
  const result = await RouteSet.parse(bytes, { name: 'routes.bin', ...options })
  return result.err ? `${result.val.code} ${result.val.problems?.length} ${result.val.problems?.[0]?.message}` : 'none'
}

/** A message of a route behind the magic number, as bytes. */
function message(body: readonly number[], type = 24, length = 16 + body.length): Buffer {
  const header = Buffer.alloc(16)
  header.writeUInt32LE(length, 0)
  header.writeUInt16LE(type, 4)
  return Buffer.concat([Buffer.from([0x24, 0x12, 0x31, 0x45]), header, Buffer.from(body)])
}

test('what ip route save writes is the same set as a snapshot of the routes', async (t) => {
  const { bytes, linkName, options } = saved(t)
  const { routes } = (await snapshot({ namespace: options.namespace, routes: 'set' })).unwrap()
  const set = (await RouteSet.parse(bytes, { linkName })).unwrap()
  t.deepEqual([...set], [...(routes ?? [])])
  t.true(set.size >= 8, String(set.size))
  t.deepEqual(
    [...set].filter(({ to }) => ['10.96.0.0/16', '10.0.0.0/24', 'fd07::/48'].includes(to)),
    [],
  )
})

test('it comes in any pieces, and the files of both families can follow each other', async (t) => {
  const { bytes, linkName, save } = saved(t)
  const whole = [...(await RouteSet.parse(bytes, { linkName })).unwrap()]
  for (const size of [1, 3, 50, 997]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    )
    t.deepEqual([...(await RouteSet.parse(pieces, { linkName })).unwrap()], whole, String(size))
  }
  const [inet, inet6] = [save('ip -4 route save'), save('ip -6 route save')]
  const both = [...(await RouteSet.parse([inet, inet6], { linkName })).unwrap()]
  t.deepEqual(
    both,
    whole.filter(({ table }) => table === undefined),
  )
})

test('links without names are one error that tells of the option', async (t) => {
  const { bytes } = saved(t)
  t.regex(
    await problem(bytes),
    /^INVALID_SPEC 1 routes\.bin: byte \d+: the route to .* goes through the link of index \d+: the option linkName /,
  )
  t.regex(await problem(bytes, { linkName: () => undefined }), /goes through the link of index \d+, which has no name$/)
})

test('what telling a name throws is what reading fails for, and what is no name is none', async (t) => {
  const { bytes } = saved(t)
  const linkName = (): never => {
    throw new RangeError('no such index')
  }
  const result = await RouteSet.parse(bytes, { linkName })
  t.true(result.err)
  if (result.err) t.like(result.val, { code: 'INVALID_ARGUMENT', message: 'cannot read routes: no such index' })
  const promised = async (): Promise<string> => 'br0'
  // @ts-expect-error: what a program without types may give
  t.regex(await problem(bytes, { linkName: promised }), /goes through the link of index \d+, which has no name$/)
})

test('a file that a spec names has the links of the namespace that it is for', async (t) => {
  const { directory, options, sh, save } = saved(t)
  ;(await apply({ routes: manyRoutes(6000) }, options)).unwrap()
  const shown = (): string => sh('(ip route show; ip -6 route show) | grep -v expires')
  const before = shown()
  save('ip route save table all proto 108')
  sh('ip route flush proto 108; ip -6 route flush proto 108')
  const spec = { routes: [{ file: 'routes.bin' }] }
  const report = (await apply(spec, { ...options, specDirectory: directory })).unwrap()
  t.is(
    report.steps.reduce((sum, { count = 1 }) => sum + count, 0),
    6001,
  )
  t.true(shown() === before)
  t.false((await apply(spec, { ...options, specDirectory: directory })).unwrap().changed)
})

test('bytes that are cut off or none of a route are one error that tells where, and nothing is applied', async (t) => {
  const { bytes, directory, linkName, options, sh } = saved(t)
  const first = 4 + bytes.readUInt32LE(4)
  const cut = bytes.subarray(0, first + 30)
  const text = `routes.bin: byte ${first}: the message that begins here is cut off after 30 bytes`
  t.is(await problem(cut, { linkName }), `INVALID_SPEC 1 ${text}`)
  const route = [2, 16, 0, 0, 254, 3, 0, 6, 0, 0, 0, 0, 8, 0, 1, 0]
  t.is(await problem(message([...route, 10, 9, 0, 0])), 'none')
  for (const [wrong, what] of [
    [Buffer.concat([bytes.subarray(0, first), Buffer.alloc(64)]), `byte ${first}: no message of a route`],
    [Buffer.concat([bytes.subarray(0, first), Buffer.alloc(64, 0xff)]), `byte ${first}: no message of a route`],
    [message([...route, 10, 9, 0, 0], 20), 'byte 4: no message of a route'],
    [message([...route, 10, 9, 1, 0]), 'byte 4: the route that begins here is malformed'],
    [message([...route.slice(0, 12), 6, 0, 1, 0, 10, 9, 0, 0]), 'byte 4: the route that begins here is malformed'],
    [message([2, 33, ...route.slice(2), 10, 9, 0, 0]), 'byte 4: the route that begins here is malformed'],
    [message(route.slice(0, 12)), 'byte 4: the route that begins here is malformed'],
    [message([...route, 10, 9, 0, 0, 3, 0, 5, 0]), 'byte 4: the route that begins here is malformed'],
    [
      message([...route, 10, 9, 0, 0, 6, 0, 5, 0, 10, 0, 0, 0]),
      'byte 4: the route to 10.9.0.0/16 has the attribute 5,',
    ],
    [Buffer.from([0x45, 0x31, 0x12, 0x24]), 'byte 0: it was saved on a machine of another byte order'],
  ] as const) {
    const told = await problem(wrong, { linkName })
    t.true(told.startsWith(`INVALID_SPEC 1 routes.bin: ${what}`), told)
  }
  const before = sh('ip -4 route show table all')
  writeFileSync(join(directory, 'cut.bin'), bytes.subarray(0, -8))
  const applied = await apply({ routes: [{ file: join(directory, 'cut.bin') }] }, options)
  t.regex(String(applied.err && applied.val.message), /cut\.bin: byte \d+: the message that begins here is cut off/)
  t.is(sh('ip -4 route show table all'), before)
})

test('whatever bytes follow the magic number, the answer is a set or one error of the spec', async (t) => {
  const { bytes, linkName } = saved(t)
  let state = 1
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return (state >>> 8) % below
  }
  for (let round = 0; round < 400; round++) {
    const changed = Buffer.from(bytes)
    for (let count = 1 + random(4); count > 0; count--) changed[4 + random(bytes.length - 4)] = random(256)
    const result = await RouteSet.parse(changed, { linkName })
    if (result.err) t.is(result.val.code, 'INVALID_SPEC', result.val.message)
    else t.true((await RouteSet.from(result.val)).ok)
  }
})
