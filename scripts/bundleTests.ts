// Tests are bundled, too: of the time that each of their processes takes, half would be looking for modules.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { forNode } from './bundle.js'

/** Bundles the tests, and the programs that they start, each into the place of what the compiler wrote of it. */
export async function bundleTests(root: string): Promise<void> {
  const sources = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  const isProgram = (file: string): boolean => file.split(sep).includes('fixtures') && file.endsWith('.ts')
  await Promise.all([
    bundled(root, sources.filter(isProgram)),
    // What they share is read hundreds of times, and written once.
    bundled(
      root,
      sources.filter((file) => file.endsWith('.test.ts')),
      { splitting: true, chunkNames: 'test/chunks/[hash]' },
    ),
  ])
}

async function bundled(root: string, files: readonly string[], options: BuildOptions = {}): Promise<void> {
  await build({
    ...forNode,
    absWorkingDir: root,
    entryPoints: files.map((file) => join('test', file)),
    outbase: '.',
    outdir: 'dist',
    packages: 'external',
    // Node reads them with each module, for which a run of all tests has no time.
    sourcemap: process.env['CI'] === undefined,
    plugins: [urlsApart(root)],
    ...options,
  })
}

/** Lets each module have its own URL, as if it were not bundled: by it workers and other programs are found. */
function urlsApart(root: string): Plugin {
  return {
    name: 'urls-apart',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8')
        if (!text.includes('import.meta.url')) return undefined
        const compiled = join(root, 'dist', relative(root, path).replace(/\.ts$/, '.js'))
        const url = JSON.stringify(pathToFileURL(compiled).href)
        return { contents: text.replaceAll('import.meta.url', url), loader: 'ts' }
      })
    },
  }
}
