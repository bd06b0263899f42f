// What is published is bundled: Node needs longer to find and read 300 files than to run what is in them.
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

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

/** CommonJS packages in a bundle, such as commander, ask for Node's modules this way. */
const requires =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url)"

/** Writes the bundles to dist/bundle: in each of the two, every module once, in chunks that its entry points share. */
export async function bundle(root: string): Promise<void> {
  const outdir = join(root, 'dist/bundle')
  rmSync(outdir, { recursive: true, force: true })
  const modules = [await bundled(root, outdir, library), await bundled(root, outdir, commandLine, requires)]
  writeFileSync(join(outdir, 'LICENSES.txt'), licenses(root, modules.flat()))
  chmodSync(join(outdir, 'cli.js'), 0o755)
}

/** Writes one bundle and returns the paths of the modules in it. */
async function bundled(
  root: string,
  outdir: string,
  entryPoints: Readonly<Record<string, string>>,
  banner = '',
): Promise<string[]> {
  const { dependencies }: { dependencies: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // The compiled library needs these beside it; the rest of what it imports goes into the bundle.
    external: Object.keys(dependencies).flatMap((name) => [name, `${name}/*`]),
    sourcemap: true,
    // Node reads less at each start; names stay, for stack traces.
    minifySyntax: true,
    minifyWhitespace: true,
    // The sources are published.
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    banner: { js: banner },
    alias: { yaml: join(root, 'node_modules/yaml/browser/index.js') },
  })
  return Object.keys(metafile.inputs)
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
