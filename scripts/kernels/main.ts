/**
 * Runs the compiled tests on other kernels, under emulation, as root:
 *
 * `npm run test:kernels -- [SERIES…] [--json FILE] [--seconds N] [-- AVA's arguments]`
 *
 * The series are `6.1` and `6.12` unless told; `here` is this machine's own kernel. Needs qemu-system-x86,
 * busybox-static, cpio and xz-utils; the kernels are Debian packages, kept in ~/.cache/linkwright/kernels or in
 * `$LINKWRIGHT_KERNELS`. A guest is killed after an hour, or N seconds. The file gets all that {@link KernelResults}
 * tells of each kernel, as a JSON array.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type KernelResults, runTests } from './run.js'
import { countOutcomes } from './tap.js'

const given = process.argv.slice(2)
const end = given.indexOf('--') < 0 ? given.length : given.indexOf('--')
const { values, positionals } = parseArgs({
  args: given.slice(0, end),
  allowPositionals: true,
  options: { json: { type: 'string' }, seconds: { type: 'string', default: '3600' } },
})

const all: KernelResults[] = []
for (const series of positionals.length > 0 ? positionals : ['6.1', '6.12']) {
  console.log(`== Linux ${series}`)
  all.push(await runTests(series, given.slice(end + 1), Number(values.seconds)))
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, null, 1)}\n`)
for (const { release, seconds, trouble, tests } of all) {
  const { passed, failed, skipped } = countOutcomes(tests)
  for (const { title } of tests.filter(({ outcome }) => outcome === 'failed')) console.log(`not ok: ${title}`)
  const counts = `${passed} passed, ${failed} failed, ${skipped} skipped`
  console.log(`Linux ${release}: ${counts} in ${seconds} s${trouble === undefined ? '' : `; ${trouble}`}`)
}
process.exitCode = all.some(({ trouble }) => trouble !== undefined) ? 1 : 0
