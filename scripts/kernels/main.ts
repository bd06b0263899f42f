/**
 * Runs the compiled tests on other kernels, under emulation, as root: `npm run test:kernels -- [SERIES…] [-- AVA's
 * arguments]`. The series are `6.1` and `6.12` unless told. Needs qemu-system-x86, busybox-static, cpio and xz-utils;
 * the kernels are Debian packages, kept in ~/.cache/linkwright/kernels or in `$LINKWRIGHT_KERNELS`.
 */
import { inRepository } from '../../test/helpers/repository.js'
import { runInGuest } from './boot.js'
import { fetchKernel } from './image.js'

const given = process.argv.slice(2)
const end = given.indexOf('--') < 0 ? given.length : given.indexOf('--')
const series = given.slice(0, end)
const quoted = given.slice(end + 1).map((word) => `'${word.replaceAll("'", "'\\''")}'`)
// Emulation is ten times slower than the machine.
const ava = ['node', 'node_modules/ava/entrypoints/cli.mjs', '--timeout=900s', '--concurrency=2', ...quoted].join(' ')

const failed: string[] = []
for (const one of series.length > 0 ? series : ['6.1', '6.12']) {
  const image = fetchKernel(one)
  console.log(`== Linux ${image.release}`)
  if ((await runInGuest(image, inRepository('.'), ava, 3600)) !== 0) failed.push(image.release)
}
if (failed.length > 0) console.error(`failed on ${failed.join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0
