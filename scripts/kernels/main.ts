/**
 * Runs the compiled tests on other kernels, under emulation, as root:
 *
 * `npm run test:kernels -- [SERIES…] [--left-out] [--json FILE] [--continue] [--seconds N] [--jobs N]
 * [--campaign 'NAME ARGUMENTS'] [-- FILES and AVA's options]`
 *
 * The series are `6.1` and `6.12` unless told; `here` is this machine's own kernel. Needs qemu-system-x86,
 * busybox-static, cpio and xz-utils; the kernels are Debian packages, kept in ~/.cache/linkwright/kernels or in
 * `$LINKWRIGHT_KERNELS`. `--left-out` builds the modules of link kinds that Debian's configuration leaves out, once, for
 * which make and the package linux-headers of just that kernel must be installed. The files are patterns such as
 * `'dist/test/reconcile/every*.test.js'`; without any, all whose tests ask the kernel are run, which takes hours.
 *
 * A guest runs one file at a time, or N. Once it runs for 180 seconds, or N, it begins no further file: the next guest
 * does; it is killed after four times as long. The JSON file gets the {@link KernelResults} of each kernel whenever a
 * guest has ended; with `--continue` what it already has stays, and only files that are missing there, or were in
 * trouble, are run.
 *
 * With `--campaign`, that campaign is run there instead of tests: `--seconds 1800 --campaign 'networks 600 1'`.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { parseArgs } from 'node:util'
import { testFiles } from './files.js'
import { fetchKernel } from './image.js'
import { buildLeftOut } from './leftOut.js'
import { type KernelResults, merged, nameOf } from './results.js'
import { runCampaign, runFiles } from './run.js'
import { summaryOf } from './summary.js'

const given = process.argv.slice(2)
const end = given.indexOf('--') < 0 ? given.length : given.indexOf('--')
const { values, positionals } = parseArgs({
  args: given.slice(0, end),
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    'left-out': { type: 'boolean', default: false },
    continue: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '180' },
    jobs: { type: 'string', default: '1' },
    campaign: { type: 'string' },
  },
})
const rest = given.slice(end + 1)
const files = testFiles(rest.filter((word) => word.endsWith('.js')))
const options = {
  ava: rest.filter((word) => !word.endsWith('.js')),
  seconds: Number(values.seconds),
  jobs: Number(values.jobs),
}

const { json, campaign } = values
const all = new Map<string, KernelResults>()
if (values.continue && json !== undefined && existsSync(json)) {
  const kept: KernelResults[] = JSON.parse(readFileSync(json, 'utf8'))
  for (const one of kept) all.set(one.release, one)
}
for (const series of positionals.length > 0 ? positionals : ['6.1', '6.12']) {
  const image = series === 'here' ? undefined : fetchKernel(series)
  if (image && values['left-out']) buildLeftOut(image)
  const name = image?.release ?? release()
  if (campaign !== undefined) {
    console.log(`== Linux ${name}: campaign ${campaign}`)
    await runCampaign(image, campaign, options.seconds)
    continue
  }
  const known = all.get(name)?.files ?? []
  const settled = new Set(known.filter(({ trouble }) => trouble === undefined).map(({ file }) => file))
  const wanted = files.filter((path) => !settled.has(nameOf(path)))
  console.log(`== Linux ${name}: ${wanted.length} files`)
  for await (const found of runFiles(image, wanted, options)) {
    all.set(name, { release: name, files: merged(all.get(name)?.files ?? [], found) })
    if (json !== undefined) writeFileSync(json, `${JSON.stringify([...all.values()], null, 1)}\n`)
  }
}
for (const results of all.values()) console.log(summaryOf(results).join('\n'))
const troubled = [...all.values()].flatMap((one) => one.files).some(({ trouble }) => trouble !== undefined)
process.exitCode = troubled || (all.size === 0 && campaign === undefined) ? 1 : 0
