// What README.md and docs/ show is true:
// - ```ts is type-checked; "```ts continued" goes on where the page's previous ```ts block ended.
// - ```yaml is a valid spec; "```yaml partial" is left out.
// - "```sh runnable" succeeds in a sandbox, `linkwright` in the PATH, with the page's ```yaml blocks that begin with
//   a comment `# NAME.yaml` as files of that name; "```sh fails STATUS" ends with that exit status.
// - Links to files and headings lead somewhere.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import test from 'ava'
import { parse } from 'yaml'
import { validateSpec } from '../src/spec/validate.js'
import { anchors, type CodeBlock, codeBlocks, linkTargets } from './helpers/markdown.js'
import { runProgram } from './helpers/program.js'
import { inRepository } from './helpers/repository.js'
import { canSandbox, sandboxed } from './helpers/sandbox.js'
import { skipped } from './helpers/skipped.js'

const guides = existsSync(inRepository('docs')) ? readdirSync(inRepository('docs')).map((file) => `docs/${file}`) : []
const pages = ['README.md', ...guides].filter((path) => path.endsWith('.md') && existsSync(inRepository(path)))

const text = (path: string): string => readFileSync(inRepository(path), 'utf8')
const blocksOf = (path: string, language: string): CodeBlock[] =>
  codeBlocks(text(path)).filter((block) => block.language === language)

test('there is a README with code', (t) => {
  t.true(pages.includes('README.md'))
  t.not(blocksOf('README.md', 'ts').length, 0)
  t.not(blocksOf('README.md', 'yaml').length, 0)
})

test('every ts block has the right types', async (t) => {
  // Inside the repository, so that `linkwright` means this package.
  const directory = inRepository('dist/documentation')
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  const sources = pages.flatMap((page) => modulesOf(page))
  for (const { name, code } of sources) writeFileSync(join(directory, name), code)
  // Without an output, `linkwright` means its declarations; with one its sources, which would be checked anew.
  const noOutput = { outDir: null, rootDir: null, tsBuildInfoFile: null, incremental: false, declarationMap: false }
  const compilerOptions = { ...noOutput, noEmit: true, noUnusedLocals: false, skipLibCheck: true }
  writeFileSync(
    join(directory, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include: ['*.ts'], exclude: [] }),
  )
  const compiler = inRepository('node_modules/typescript/bin/tsc')
  const { code, stdout } = await runProgram([process.execPath, compiler, '-p', directory], { timeout: 100_000 })
  t.deepEqual(
    stdout.split('\n').filter((line) => line.includes('dist/documentation/')),
    [],
  )
  t.is(code, 0)
})

for (const page of pages) {
  for (const block of blocksOf(page, 'yaml')) {
    if (block.information === 'partial') continue
    test(`the spec in ${page}, line ${block.line}, is valid`, (t) => {
      t.notThrows(() => validateSpec(parse(block.code)))
    })
  }

  for (const block of blocksOf(page, 'sh')) {
    const [verb, status = '0'] = block.information.split(' ')
    if (verb !== 'runnable' && verb !== 'fails') continue
    test(`the commands in ${page}, line ${block.line}, run`, async (t) => {
      if (!canSandbox()) {
        skipped(t, 'this machine lets us make no namespaces')
        return
      }
      const directory = mkdtempSync(join(tmpdir(), 'linkwright-documentation-'))
      t.teardown(() => rmSync(directory, { recursive: true }))
      mkdirSync(join(directory, '.bin'))
      symlinkSync(inRepository('dist/bundle/cli.js'), join(directory, '.bin/linkwright'))
      for (const { code } of blocksOf(page, 'yaml')) {
        const name = /^# ([\w.-]+\.yaml)\n/.exec(code)?.[1]
        if (name !== undefined) writeFileSync(join(directory, name), code)
      }
      const script = `cd '${directory}' && PATH="$PWD/.bin:$PATH"\n${block.code}`
      const { code, stdout, stderr } = await runProgram(sandboxed(['bash', '-euo', 'pipefail', '-c', script]), {
        timeout: 60_000,
      })
      t.is(code, Number(status), `${stdout}\n${stderr}`)
    })
  }
}

test('links lead somewhere', (t) => {
  const others = ['CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'].filter((path) => existsSync(inRepository(path)))
  const dead = [...pages, ...others].flatMap((page) =>
    linkTargets(text(page)).flatMap((target) => (leadsSomewhere(page, target) ? [] : [`${page}: ${target}`])),
  )
  t.deepEqual(dead, [])
})

function leadsSomewhere(page: string, target: string): boolean {
  if (/^[a-z]+:/.test(target)) return true
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? inRepository(page) : resolve(dirname(inRepository(page)), path)
  if (!existsSync(file)) return false
  return anchor === undefined || !file.endsWith('.md') || anchors(readFileSync(file, 'utf8')).has(anchor)
}

/** A module for each chain of blocks, in which every line has the number that it has in the page. */
function modulesOf(page: string): { name: string; code: string }[] {
  const modules: { name: string; code: string }[] = []
  for (const block of blocksOf(page, 'ts')) {
    const previous = block.information === 'continued' ? modules.pop() : undefined
    const before = previous?.code ?? ''
    const padding = '\n'.repeat(block.line - before.split('\n').length)
    const name = previous?.name ?? `${basename(page, '.md')}-${block.line}.ts`
    modules.push({ name, code: `${before}${padding}${block.code}` })
  }
  // A block without import or export would be a script, in which `await` is not allowed and names are global.
  return modules.map(({ name, code }) => ({ name, code: `${code}\nexport {}\n` }))
}
