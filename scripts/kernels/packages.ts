import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where apt looks for packages: options of its programs. */
export type PackageSource = readonly string[]

/** What this machine follows. */
export const machineSource: PackageSource = []

/** A suite of Debian's that this machine need not follow: with lists of its own, in a directory that is kept. */
export function suiteSource(suite: string, directory: string): PackageSource {
  for (const part of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(directory, part), { recursive: true })
  const sources = join(directory, 'sources')
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
  writeFileSync(sources, `deb [signed-by=${keyring}] http://deb.debian.org/debian ${suite} main\n`)
  const source = [
    `Dir::Etc::SourceList=${sources}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${join(directory, 'lists')}`,
    `Dir::Cache=${join(directory, 'cache')}`,
  ].flatMap((setting) => ['-o', setting])
  execFileSync('apt-get', [...source, '-qq', 'update'], { stdio: ['ignore', 'ignore', 'inherit'] })
  return source
}

/** The names of packages that match. */
export function packageNames(source: PackageSource, pattern: string): string[] {
  const found = execFileSync('apt-cache', [...source, 'search', '--names-only', pattern], { encoding: 'utf8' })
  return found.split('\n').map((line) => line.split(' ')[0] ?? '')
}

/** Downloads a package, and unpacks it into a directory. @returns what it depends on, by name */
export function unpackPackage(source: PackageSource, name: string, directory: string): string[] {
  const download = mkdtempSync(join(directory, 'download-'))
  try {
    execFileSync('apt-get', [...source, 'download', name], { cwd: download, stdio: ['ignore', 'ignore', 'inherit'] })
    const [file] = readdirSync(download)
    if (file === undefined) throw new Error(`apt-get did not download ${name}`)
    const archive = join(download, file)
    execFileSync('dpkg-deb', ['-x', archive, directory])
    const needs = execFileSync('dpkg-deb', ['-f', archive, 'Depends'], { encoding: 'utf8' })
    return needs.split(/[,|]/).map((need) => need.trim().split(' ')[0] ?? '')
  } finally {
    rmSync(download, { recursive: true })
  }
}
