import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type KernelImage, listModules } from './image.js'
import { machineSource, unpackPackage } from './packages.js'

/** The modules of link kinds that Debian's configuration leaves out, each of one file of the source. */
const sources = ['*/drivers/net/amt.c', '*/drivers/net/bareudp.c', '*/drivers/net/wireless/*virt_wifi.c']

/**
 * Builds the modules that Debian leaves out, of its package of the kernel's source and against the headers of just this
 * kernel, whose package must be installed, and lays them beside the others.
 */
export function buildLeftOut(image: KernelImage): void {
  const modules = join(image.root, 'lib/modules', image.release)
  const extra = join(modules, 'extra')
  if (existsSync(extra)) return
  const headers = join('/lib/modules', image.release, 'build')
  if (!existsSync(headers)) throw new Error(`linux-headers-${image.release} is not installed`)
  const place = mkdtempSync(join(tmpdir(), 'linkwright-modules-'))
  try {
    unpackSources(image, place)
    const names = readdirSync(place).map((file) => basename(file, '.c'))
    writeFileSync(join(place, 'Makefile'), `obj-m := ${names.map((name) => `${name}.o`).join(' ')}\n`)
    execFileSync('make', ['-C', headers, `M=${place}`, 'modules'], { stdio: ['ignore', 'ignore', 'inherit'] })
    const fresh = `${extra}.new`
    rmSync(fresh, { recursive: true, force: true })
    mkdirSync(fresh)
    for (const name of names) {
      execFileSync('objcopy', ['--strip-debug', join(place, `${name}.ko`), join(fresh, `${name}.ko`)])
    }
    renameSync(fresh, extra)
    listModules(image.root, image.release)
  } finally {
    rmSync(place, { recursive: true })
  }
}

/** Fetches the source of a kernel's series, and lays the files of {@link sources} into a directory. */
function unpackSources({ release }: KernelImage, place: string): void {
  const series = release.split('.').slice(0, 2).join('.')
  const package_ = mkdtempSync(join(tmpdir(), 'linkwright-source-'))
  try {
    unpackPackage(machineSource, `linux-source-${series}`, package_)
    const tree = join(package_, `usr/src/linux-source-${series}.tar.xz`)
    execFileSync('tar', ['-xJf', tree, '-C', place, '--transform', 's,.*/,,', '--wildcards', ...sources])
  } finally {
    rmSync(package_, { recursive: true })
  }
}
