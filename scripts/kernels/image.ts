import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** A kernel of Debian's, unpacked. */
export interface KernelImage {
  /** What `uname -r` will say. */
  readonly release: string
  readonly kernel: string
  /** The directory that has `lib/modules/RELEASE`. */
  readonly root: string
}

const cache = process.env['LINKWRIGHT_KERNELS'] ?? join(homedir(), '.cache/linkwright/kernels')

/** The newest of the packages' names of a series such as `6.1`; the cloud and real-time variants lack modules. */
function newestOf(series: string, names: readonly string[]): string | undefined {
  const pattern = new RegExp(`^linux-image-${series.replace('.', '\\.')}\\.[^ ]*-amd64(-unsigned)?$`)
  return names
    .filter((name) => pattern.test(name) && !/-(cloud|rt)-/.test(name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1)
}

/** A kernel of a series that was fetched before; `undefined` where there is none. */
export function keptKernel(series: string): KernelImage | undefined {
  const name = newestOf(series, existsSync(cache) ? readdirSync(cache) : [])
  return name === undefined ? undefined : imageIn(join(cache, name))
}

/** Fetches and unpacks a kernel by its package's name, unless it is there already. */
export function fetchKernel(series: string): KernelImage {
  const offered = execFileSync('apt-cache', ['search', '--names-only', '^linux-image-'], { encoding: 'utf8' })
  const kept = existsSync(cache) ? readdirSync(cache) : []
  const name =
    newestOf(
      series,
      offered.split('\n').map((line) => line.split(' ')[0] ?? ''),
    ) ?? newestOf(series, kept)
  if (name === undefined) throw new Error(`no package of Linux ${series}; apt-get update, or another series`)
  const root = join(cache, name)
  if (!existsSync(root)) {
    const fresh = `${root}.new`
    rmSync(fresh, { recursive: true, force: true })
    mkdirSync(fresh, { recursive: true })
    execFileSync('apt-get', ['download', name], { cwd: fresh, stdio: ['ignore', 'ignore', 'inherit'] })
    const [archive] = readdirSync(fresh)
    if (archive === undefined) throw new Error(`apt-get did not download ${name}`)
    execFileSync('dpkg-deb', ['-x', join(fresh, archive), fresh])
    rmSync(join(fresh, archive))
    // busybox loads plain modules only.
    execFileSync('find', [join(fresh, 'lib'), '-name', '*.ko.xz', '-exec', 'xz', '-d', '{}', '+'])
    execFileSync('busybox', ['depmod', '-b', fresh, releaseIn(fresh)])
    renameSync(fresh, root)
  }
  return imageIn(root)
}

function imageIn(root: string): KernelImage {
  const release = releaseIn(root)
  return { release, kernel: join(root, 'boot', `vmlinuz-${release}`), root }
}

function releaseIn(root: string): string {
  const [release] = readdirSync(join(root, 'lib/modules'))
  if (release === undefined) throw new Error(`${root} has no modules`)
  return release
}
