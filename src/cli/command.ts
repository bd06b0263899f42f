import { NetworkError } from '../index.js'
import type { Output } from './output.js'
import { readSpec, type SpecFile } from './readSpec.js'
import { reportError } from './report.js'
import type { GlobalOptions } from './run.js'

/** Reads the spec for a command, and reports what keeps it from being read. */
export async function withSpec(
  file: string,
  options: GlobalOptions,
  output: Output,
  work: (spec: SpecFile) => Promise<number>,
): Promise<number> {
  let spec: SpecFile
  try {
    spec = await readSpec(file)
  } catch (error) {
    if (error instanceof NetworkError) return reportError(error, options.json === true, output)
    throw error
  }
  return work(spec)
}
