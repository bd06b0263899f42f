import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The path of a file of this repository, whether the test runs as source or compiled. */
export function inRepository(...parts: string[]): string {
  return join(root, ...parts)
}

const root = rootAbove(dirname(fileURLToPath(import.meta.url)))

function rootAbove(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory
  const parent = dirname(directory)
  if (parent === directory) throw new Error('there is no package.json above this file')
  return rootAbove(parent)
}
