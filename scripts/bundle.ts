// What is published is bundled: Node needs longer to find and read 300 files than to run what is in them.
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BuildOptions, build, type Plugin } from 'esbuild'

/** What is published, by its name: entries of package.json, and what is started by its path. */
const library = {
  index: 'src/index.ts',
  rtnetlink: 'src/rtnetlink/index.ts',
  genetlink: 'src/genetlink/index.ts',
  tuntap: 'src/tuntap/index.ts',
  packet: 'src/packet/index.ts',
  testing: 'src/testing/index.ts',
  guardianMain: 'src/reconcile/transaction/guardianMain.ts',
}

/** By itself: cut up along the entries of the library as well, it would be thirty small files to read at each start. */
const commandLine = { cli: 'src/cli/main.ts' }

/** By itself too, since what it shares with the other commands would be in files that hold what only those need. */
const show = { show: 'src/cli/show.ts' }

/** CommonJS packages in a bundle, such as commander, ask for Node's modules this way. */
const requires =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url)"

/** What all bundles have in common. */
export const forNode = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // The sources are published, or beside the tests.
  sourcesContent: false,
} satisfies BuildOptions

/** Writes the bundles to dist/bundle: in each of them, every module once, in chunks that its entry points share. */
export async function bundle(root: string): Promise<void> {
  const outdir = join(root, 'dist/bundle')
  rmSync(outdir, { recursive: true, force: true })
  const program = { banner: { js: requires }, plugins: [standIns(root)] }
  const modules = [
    await bundled(root, outdir, library),
    await bundled(root, outdir, commandLine, { ...program, external: ['./show.js'] }),
    await bundled(root, outdir, show, program),
  ]
  writeFileSync(join(outdir, 'LICENSES.txt'), licenses(root, modules.flat()))
  chmodSync(join(outdir, 'cli.js'), 0o755)
}

/** Writes one bundle and returns the paths of the modules in it. */
async function bundled(
  root: string,
  outdir: string,
  entryPoints: Readonly<Record<string, string>>,
  { external = [], ...options }: Pick<BuildOptions, 'external' | 'banner' | 'plugins'> = {},
): Promise<string[]> {
  const { dependencies }: { dependencies: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  const { metafile } = await build({
    ...forNode,
    absWorkingDir: root,
    entryPoints,
    outdir,
    splitting: true,
    // The compiled library needs these beside it; the rest of what it imports goes into the bundle.
    external: Object.keys(dependencies)
      .flatMap((name) => [name, `${name}/*`])
      .concat(external),
    sourcemap: true,
    // Node reads less at each start; names stay, for stack traces.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    alias: { yaml: join(root, 'node_modules/yaml/browser/dist/index.js') },
    ...options,
  })
  return Object.keys(metafile.inputs)
}

/**
 * What the command line, which shares no objects with anybody, need not look for at each start: ts-results, in the form that
 * it has for bundlers, which has no default export; and what commander starts programs with, of which linkwright has none.
 */
function standIns(root: string): Plugin {
  const contents: Readonly<Record<string, string>> = {
    'ts-results': "import * as results from './node_modules/ts-results/esm/index.js'; export default results",
    'node:child_process': 'module.exports = {}',
  }
  return {
    name: 'stand-in',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^ts-results$/ }, ({ path }) => ({ path, namespace: 'stand-in' }))
      onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
        importer.includes('/node_modules/commander/') ? { path, namespace: 'stand-in' } : undefined,
      )
      // Its maps lead to sources that it does not publish.
      onLoad({ filter: /\/ts-results\/esm\// }, ({ path }) => ({
        contents: readFileSync(path, 'utf8').replace(/^\/\/# sourceMappingURL.*/m, ''),
      }))
      onLoad({ filter: /./, namespace: 'stand-in' }, ({ path }) => ({
        contents: contents[path] ?? '',
        resolveDir: root,
      }))
    },
  }
}

/** The licenses of the packages that went into the bundle: each asks to be passed on with copies of it. */
function licenses(root: string, modules: readonly string[]): string {
  const names = new Set(modules.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []))
  return [...names]
    .sort()
    .map((name) => {
      const directory = join(root, 'node_modules', name)
      const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt'].map((one) => join(directory, one)).find(existsSync)
      if (file === undefined) throw new Error(`${name} goes into the bundle and has no license file`)
      return `${name}\n\n${readFileSync(file, 'utf8').trim()}\n`
    })
    .join('\n')
}
