import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { machineSource, type PackageSource, packageNames, suiteSource, unpackPackage } from './packages.js'

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

/** Where there are kernels that are newer than those of the machine's own release. */
const newerSuite = 'trixie-backports'

/** Fetches and unpacks a kernel by its package's name, unless it is there already. */
export function fetchKernel(series: string): KernelImage {
  const own = newestOf(series, packageNames(machineSource, '^linux-image-'))
  const root = own === undefined ? keptKernel(series)?.root : join(cache, own)
  if (root !== undefined && existsSync(root)) return imageIn(root)
  if (own !== undefined) return unpackKernel(machineSource, own)
  const source = suiteSource(newerSuite, join(cache, 'apt'))
  const name = newestOf(series, packageNames(source, '^linux-image-'))
  if (name === undefined) throw new Error(`no package of Linux ${series}; apt-get update, or another series`)
  return unpackKernel(source, name)
}

function unpackKernel(source: PackageSource, name: string): KernelImage {
  const root = join(cache, name)
  const fresh = `${root}.new`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { recursive: true })
  const needs = unpackPackage(source, name, fresh)
  // Since 7.0 the image's package has but these two.
  for (const part of needs.filter((need) => /^linux-(binary|modules)-/.test(need))) unpackPackage(source, part, fresh)
  if (!existsSync(join(fresh, 'lib/modules'))) {
    mkdirSync(join(fresh, 'lib'), { recursive: true })
    renameSync(join(fresh, 'usr/lib/modules'), join(fresh, 'lib/modules'))
  }
  // busybox loads plain modules only.
  execFileSync('find', [join(fresh, 'lib'), '-name', '*.ko.xz', '-exec', 'xz', '-d', '{}', '+'])
  listModules(fresh, releaseIn(fresh))
  renameSync(fresh, root)
  return imageIn(root)
}

/** Writes the lists of modules, by which the guest's modprobe finds them. */
export function listModules(root: string, release: string): void {
  execFileSync('busybox', ['depmod', '-b', root, release])
}

function imageIn(root: string): KernelImage {
  const release = releaseIn(root)
  const places = [join(root, 'boot', `vmlinuz-${release}`), join(root, 'lib/modules', release, 'vmlinuz')]
  const kernel = places.find(existsSync)
  if (kernel === undefined) throw new Error(`${root} has no kernel`)
  return { release, kernel, root }
}

function releaseIn(root: string): string {
  const [release] = readdirSync(join(root, 'lib/modules'))
  if (release === undefined) throw new Error(`${root} has no modules`)
  return release
}
