// What tsc leaves undone: it keeps the output of sources that are gone (a removed test would still run),
// and it makes no program executable.
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

for (const directory of ['src', 'test', 'examples', 'scripts']) {
  const output = join(root, 'dist', directory)
  if (!existsSync(output)) continue
  for (const file of readdirSync(output, { recursive: true, encoding: 'utf8' })) {
    const [stem, extension] = split(file)
    if (extension !== '' && !existsSync(join(root, directory, `${stem}.ts`))) rmSync(join(output, file))
  }
}
chmodSync(join(root, 'dist/src/cli/main.js'), 0o755)

/** The file's name without the ending that tsc gave it; the ending is empty for what tsc does not write. */
function split(file: string): [stem: string, extension: string] {
  const extension = /(?:\.d\.ts|\.js)(?:\.map)?$/.exec(file)?.[0] ?? ''
  return [extension === '' ? file : file.slice(0, -extension.length), extension]
}
