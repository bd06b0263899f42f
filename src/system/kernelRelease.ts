import { release as runningRelease } from 'node:os'

/** Whether a kernel, by default the running one, is of a release or a later one. */
export function kernelIsAtLeast(major: number, minor: number, release: string = runningRelease()): boolean {
  const [ownMajor = 0, ownMinor = 0] = release.split('.').map((part) => Number.parseInt(part, 10))
  return ownMajor > major || (ownMajor === major && ownMinor >= minor)
}
