// What would be published: packed, put into an empty project, and used there as a stranger would.
import {
  type Dirent,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import test from 'ava'
import { runProgram } from './helpers/program.js'
import { inRepository } from './helpers/repository.js'
import { canSandbox, sandboxed } from './helpers/sandbox.js'
import { skipped } from './helpers/skipped.js'

interface PackageJson {
  readonly version: string
  readonly bin: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly dependencies: Readonly<Record<string, string>>
}

const packageJson: PackageJson = JSON.parse(readFileSync(inRepository('package.json'), 'utf8'))
const project = mkdtempSync(join(tmpdir(), 'linkwright-package-'))
const installed = join(project, 'node_modules/linkwright')

test.before('pack and install', async (t) => {
  const pack = ['npm', 'pack', inRepository(), '--ignore-scripts', '--silent', '--pack-destination', project]
  const packed = await runProgram(pack, { timeout: 60_000 })
  t.is(packed.code, 0, packed.stderr)
  mkdirSync(installed, { recursive: true })
  const tarball = join(project, `linkwright-${packageJson.version}.tgz`)
  const unpacked = await runProgram(['tar', '-xzf', tarball, '-C', installed, '--strip-components=1'])
  t.is(unpacked.code, 0, unpacked.stderr)
  // Only what the package declares, and the types of Node, which its own types need: nothing else can be resolved.
  for (const name of [...Object.keys(packageJson.dependencies), '@types/node']) {
    mkdirSync(dirname(join(project, 'node_modules', name)), { recursive: true })
    symlinkSync(inRepository('node_modules', name), join(project, 'node_modules', name))
  }
})

test.after.always('remove', () => rmSync(project, { recursive: true }))

const files = (): string[] =>
  readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry: Dirent) => entry.isFile())
    .map((entry) => relative(installed, join(entry.parentPath, entry.name)))

const exported = Object.values(packageJson.exports).flatMap((entry) =>
  typeof entry === 'string' ? [entry] : Object.values(entry),
)

test('holds what it promises', (t) => {
  const promised = [...exported, ...Object.values(packageJson.bin), 'README.md', 'LICENSE', 'CHANGELOG.md']
  t.deepEqual(
    promised.filter((path) => !existsSync(join(installed, path))),
    [],
  )
  for (const program of Object.values(packageJson.bin)) {
    t.not(statSync(join(installed, program)).mode & 0o111, 0, `${program} is not executable`)
    t.regex(readFileSync(join(installed, program), 'utf8'), /^#!\/usr\/bin\/env node\n/)
  }
})

test('holds nothing else', (t) => {
  const root = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'schema/linkwright.schema.json']
  const expected =
    /^(?:dist\/bundle\/(?:[\w-]+\.js(?:\.map)?|LICENSES\.txt)|dist\/src\/.+\.d\.ts(?:\.map)?|src\/.+\.ts)$/
  t.deepEqual(
    files().filter((path) => !root.includes(path) && !expected.test(path)),
    [],
  )
})

test('every source has its types, and no source map leads nowhere but into a bundled package or what stands in for one', (t) => {
  const missing = files().flatMap((path) => {
    const stem = /^(?:dist\/)?(src\/.+?)(?:\.d)?\.ts$/.exec(path)?.[1]
    const companions = stem === undefined ? [] : [`dist/${stem}.d.ts`, `${stem}.ts`]
    const all: string[] = path.endsWith('.map') ? JSON.parse(read(path)).sources : []
    const sources = all.filter((source) => !source.includes('/node_modules/') && !source.startsWith('stand-in:'))
    const paths = [
      ...companions.map((companion) => join(installed, companion)),
      ...sources.map((source) => resolve(installed, dirname(path), source)),
    ]
    return paths.filter((wanted) => !existsSync(wanted)).map((wanted) => `${path} → ${relative(installed, wanted)}`)
  })
  t.deepEqual(missing, [])
})

// TypeScript before 5.7 knows no typed array of a kind of buffer, and tells of an error in our types that nobody can mend.
test('no type says of what buffer a typed array is', (t) => {
  const generic = /\b(?:Uint8Array|Buffer|DataView)<\w*ArrayBuffer/
  const declared = files().filter((path) => path.endsWith('.d.ts'))
  t.deepEqual(
    declared.filter((path) => generic.test(read(path))),
    [],
  )
})

test('each module of the library is in one bundle only, so that the entry points share classes', (t) => {
  const bundles = reachable(files().filter((path) => path.endsWith('.js') && exported.includes(`./${path}`)))
  const sources = bundles.flatMap((path): string[] => JSON.parse(read(`${path}.map`)).sources)
  t.true(sources.length > 400, `${sources.length} modules`)
  t.deepEqual(
    sources.filter((source, index) => sources.indexOf(source) !== index),
    [],
  )
})

/** Bundles and all that they import, at once or later. */
function reachable(paths: readonly string[]): string[] {
  const found = new Set(paths)
  for (const path of found) {
    for (const [, name] of read(path).matchAll(/(?:from|import\(?)\s*"\.\/([\w-]+\.js)"/g))
      found.add(`dist/bundle/${name}`)
  }
  return [...found]
}

test('names the license of every package that it bundles', (t) => {
  const maps = files().filter((path) => path.endsWith('.js.map'))
  const sources = maps.flatMap((path): string[] => JSON.parse(read(path)).sources)
  const bundled = new Set(sources.flatMap((source) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []))
  t.true(bundled.has('valibot'))
  const licenses = read('dist/bundle/LICENSES.txt')
  t.deepEqual(
    [...bundled].filter((name) => !licenses.includes(`${name}\n\n`)),
    [],
  )
})

test('the guardian starts, and undoes what nobody confirms', async (t) => {
  if (!canSandbox()) return skipped(t, 'this machine lets us make no namespaces')
  const program = join(installed, packageJson.bin['linkwright'] ?? '')
  const spec = join(project, 'spec.json')
  writeFileSync(spec, JSON.stringify({ links: [{ name: 'br0', kind: 'bridge' }] }))
  const script = `
    '${program}' apply --confirm-within 3 --state-directory '${project}/state' '${spec}'
    ip -brief link show br0
    for try in $(seq 100); do ip link show br0 >/dev/null 2>&1 || { echo undone; break; }; sleep 0.2; done`
  const { stdout, stderr } = await runProgram(sandboxed(['bash', '-c', script]), { timeout: 60_000 })
  t.regex(stdout, /\nbr0 .+\n(?:.*\n)*undone\n$/, stderr)
})

test('a stranger can compile and run a program with it', async (t) => {
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'stranger', type: 'module', private: true }))
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['stranger.ts'] }))
  writeFileSync(join(project, 'stranger.ts'), stranger)
  const compiler = inRepository('node_modules/typescript/bin/tsc')
  const compiled = await runProgram([process.execPath, compiler, '-p', project], { timeout: 60_000 })
  t.is(compiled.code, 0, compiled.stdout)
  if (!canSandbox()) return skipped(t, 'this machine lets us make no namespaces')
  const ran = await runProgram(sandboxed([process.execPath, join(project, 'stranger.js')]))
  t.is(ran.code, 0, ran.stderr)
  t.deepEqual(JSON.parse(ran.stdout), {
    steps: true,
    error: ['INVALID_SPEC', true],
    snapshot: true,
    network: 'function',
    testing: ['function', 'function'],
    tuntap: ['function', 'function'],
    message: true,
    results: [true, true],
  })
})

test('the program starts', async (t) => {
  const program = join(installed, packageJson.bin['linkwright'] ?? '')
  const { code, stdout, stderr } = await runProgram([program, '--version'])
  t.is(code, 0, stderr)
  t.is(stdout, `${packageJson.version}\n`)
})

const read = (path: string): string => readFileSync(join(installed, path), 'utf8')

const stranger = `
import { apply, Err, Network, NetworkError, Ok, plan, type Result, type Spec, snapshot } from 'linkwright'
import { newLink } from 'linkwright/rtnetlink'
import { FakeKernel, withNamespace } from 'linkwright/testing'
import { openTap, openTun } from 'linkwright/tuntap'

const spec: Spec = { links: [{ name: 'tap0', kind: 'tap', addresses: ['10.0.0.1/24'] }] }
const preview = await plan(spec)
const wrong: unknown = { lnks: [] }
const refused = await apply(wrong as Spec)
const now: Result<Spec, NetworkError> = await snapshot()

console.log(
  JSON.stringify({
    steps: preview.unwrap().steps.length > 0,
    error: refused.err ? [refused.val.code, refused.val instanceof NetworkError] : [],
    snapshot: now.ok,
    network: typeof Network.open,
    testing: [typeof FakeKernel, typeof withNamespace],
    tuntap: [typeof openTap, typeof openTun],
    message: newLink({ name: 'br0', kind: 'bridge' }).bytes.length > 16,
    results: [Ok(1).ok, Err('no').err],
  }),
)
`
