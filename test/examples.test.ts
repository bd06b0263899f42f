// Every program in examples/ says in the comment at its top how it is tested: by lines `// expect: /REGEX/`, which its
// output must match when it runs without arguments in a sandbox, or by `// tested by: test/FILE`, where it needs more.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import test from 'ava'
import { runProgram } from './helpers/program.js'
import { inRepository } from './helpers/repository.js'
import { canSandbox, sandboxed } from './helpers/sandbox.js'
import { skipped } from './helpers/skipped.js'

const names = readdirSync(inRepository('examples'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))

for (const name of names) {
  const [head = ''] = /^(?:\/\/.*\n)*/.exec(readFileSync(inRepository('examples', `${name}.ts`), 'utf8')) ?? []
  const expected = [...head.matchAll(/^\/\/ expect: \/(.+)\/$/gm)].map(([, pattern = '']) => new RegExp(pattern, 'm'))
  const elsewhere = /^\/\/ tested by: (\S+)$/m.exec(head)?.[1]

  if (elsewhere !== undefined) {
    test(`the example ${name} is tested by ${elsewhere}`, (t) => {
      t.true(existsSync(inRepository(elsewhere)))
      t.regex(readFileSync(inRepository(elsewhere), 'utf8'), new RegExp(`\\bexamples/${name}\\b`))
    })
    continue
  }

  test(`the example ${name} does what it says`, async (t) => {
    t.not(expected.length, 0, `examples/${name}.ts has no line "// expect: /REGEX/" at its top`)
    if (!canSandbox()) {
      skipped(t, 'this machine lets us make no namespaces')
      return
    }
    const program = inRepository('dist/examples', `${name}.js`)
    t.true(existsSync(program), 'run `npm run build` first')
    const { code, signal, stdout, stderr } = await runProgram(sandboxed([process.execPath, program]), {
      timeout: 60_000,
    })
    t.is(code, 0, `${signal ?? ''}\n${stdout}\n${stderr}`)
    for (const pattern of expected) t.regex(stdout, pattern)
  })
}
