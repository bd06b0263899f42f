import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { runProgram } from './helpers/program.js'
import { inRepository } from './helpers/repository.js'

/** What the lint finds in a project that has our configuration and these files. */
async function violations(t: ExecutionContext, files: Record<string, string>): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'linkwright-layers-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  for (const name of ['.dependency-cruiser.mjs', 'package.json', 'tsconfig.json']) {
    copyFileSync(inRepository(name), join(directory, name))
  }
  symlinkSync(inRepository('node_modules'), join(directory, 'node_modules'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(directory, dirname(path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  const lint = join(directory, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const command = ['sh', '-c', 'cd "$0" && exec "$@"', directory, process.execPath, lint]
  const { code, stdout, stderr } = await runProgram([...command, '--config', '.dependency-cruiser.mjs', 'src'])
  t.is(code === 0, /no dependency violations found/.test(stdout), stderr)
  return stdout
}

test('imports that go down, through the right doors, are fine', async (t) => {
  const found = await violations(t, {
    'src/error.ts': 'export const error = 1',
    'src/result.ts': "import 'ts-results'\nimport './error.js'",
    'src/system/libc.ts': "import 'koffi'\nimport '../error.js'",
    'src/netlink/transports/npmSocket.ts': "import type {} from 'netlink/dist/raw.js'\nimport '../../system/libc.js'",
    'src/index.ts': "export * from './error.js'",
    'src/cli/main.ts': "import '../index.js'\nimport 'commander'\nimport 'yaml'",
    'src/testing/index.ts': "import '../netlink/transports/npmSocket.js'",
  })
  t.regex(found, /no dependency violations found \(1\d modules/)
})

test('each way to break the layers is found', async (t) => {
  const found = await violations(t, {
    'src/error.ts': 'export const error = 1',
    'src/ip/up.ts': "import type {} from '../spec/types.js'",
    'src/spec/types.ts': 'export type Spec = 1',
    'src/netlink/up.ts': "export * from '../spec/types.js'",
    'src/index.ts': "import './testing/index.js'",
    'src/testing/index.ts': "import '../cli/main.js'",
    'src/cli/main.ts': "import '../testing/index.js'",
    'src/attic/forgotten.ts': "import '../error.js'",
    'src/state/doors.ts': ['koffi', 'ts-results', 'valibot', 'yaml', 'commander', 'netlink', 'ava']
      .map((name) => `import '${name}'`)
      .join('\n'),
    'src/state/lost.ts': "import './nowhere.js'",
    'src/state/published.ts': "import '../../test/helper.js'",
    'test/helper.ts': 'export {}',
  })
  for (const expected of [
    'only-down-from-ip: src/ip/up.ts → src/spec/types.ts',
    'only-down-from-netlink: src/netlink/up.ts → src/spec/types.ts',
    'only-down-from-index-ts: src/index.ts → src/testing/index.ts',
    'only-down-from-testing: src/testing/index.ts → src/cli/main.ts',
    'nothing-imports-testing: src/cli/main.ts → src/testing/index.ts',
    'no-circle: src/cli/main.ts',
    'known-floors-only: src/attic/forgotten.ts',
    'one-door-to-koffi: src/state/doors.ts',
    'one-door-to-ts-results: src/state/doors.ts',
    'one-door-to-valibot: src/state/doors.ts',
    'one-door-to-yaml: src/state/doors.ts',
    'one-door-to-commander: src/state/doors.ts',
    'one-door-to-netlink: src/state/doors.ts',
    'raw-socket-only: src/state/doors.ts',
    'declared-dependencies-only: src/state/doors.ts',
    'resolvable: src/state/lost.ts',
    'src-stands-alone: src/state/published.ts → test/helper.ts',
  ]) {
    t.true(found.includes(expected), `${expected} is not in\n${found}`)
  }
})
