import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { build } from 'esbuild'
import { runProgram } from '../helpers/program.js'

const index = fileURLToPath(new URL('../../src/index.js', import.meta.url))
const program = `
import { apply, plan } from ${JSON.stringify(index)}
const work = async () => {
  const result = await apply({ links: [{ name: 'br0', kind: 'bridge' }] }, { confirmWithin: 5000 })
  console.log(result.ok ? 'applied' : result.val.code + ' ' + result.val.message)
  const wrong = await plan({ links: [{ name: 'br0', addresses: ['10.0.0.300/24'] }] })
  console.log(wrong.ok ? 'planned' : wrong.val.code)
}
work()
`

for (const format of ['esm', 'cjs'] as const) {
  test(`in a bundle (${format}) confirmWithin says what it lacks, and a wrong address is an error`, async (t) => {
    const directory = mkdtempSync(join(dirname(index), 'bundled-'))
    t.teardown(() => rmSync(directory, { recursive: true, force: true }))
    const [entry, outfile] = [join(directory, 'entry.mjs'), join(directory, format === 'esm' ? 'all.mjs' : 'all.cjs')]
    writeFileSync(entry, program)
    const external = ['koffi', 'netlink', 'ts-results']
    await build({ entryPoints: [entry], bundle: true, platform: 'node', format, outfile, external, logLevel: 'silent' })
    const { stdout, stderr } = await runProgram(['unshare', '--net', process.execPath, outfile])
    t.regex(
      stdout,
      /^UNSUPPORTED confirmWithin: the program that would undo is not there .*outside of a bundle for it\nINVALID_SPEC\n$/,
      stderr,
    )
  })
}
