// What tsc leaves undone: it keeps the output of sources that are gone (a removed test would still run),
// and it bundles nothing.
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.js'
import { bundleTests } from './bundleTests.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

// Builds follow each other in one check of a change. What was bundled is as it would be again, unless the compiler wrote
// something, or other packages go into it.
const stamp = join(root, 'dist/.bundled')
const sources = ['dist/.tsbuildinfo', 'package.json', 'node_modules/.package-lock.json']
const state = JSON.stringify([...sources.map(changeOf), process.env['CI']])
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== state) {
  rmSync(stamp, { force: true })
  removeLeftOver()
  await Promise.all([bundle(root), bundleTests(root)])
  writeFileSync(stamp, state)
}

/** The file's name without the ending that tsc gave it; the ending is empty for what tsc does not write. */
function split(file: string): [stem: string, extension: string] {
  const extension = /(?:\.d\.ts|\.js)(?:\.map)?$/.exec(file)?.[0] ?? ''
  return [extension === '' ? file : file.slice(0, -extension.length), extension]
}

/** Removes what was written of sources that are gone, and former bundles. */
function removeLeftOver(): void {
  for (const directory of ['src', 'test', 'examples', 'scripts', 'bench']) {
    const output = join(root, 'dist', directory)
    if (!existsSync(output)) continue
    for (const file of readdirSync(output, { recursive: true, encoding: 'utf8' })) {
      const [stem, extension] = split(file)
      if (extension !== '' && !existsSync(join(root, directory, `${stem}.ts`))) rmSync(join(output, file))
    }
  }
}

function changeOf(file: string): number | undefined {
  return statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs
}
