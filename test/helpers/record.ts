import { appendFileSync } from 'node:fs'

/** Keeps what a test found out, as JSON, for scripts/kernels; nothing where nobody asks for it. */
export function record(found: object): void {
  const path = process.env['LINKWRIGHT_TEST_RECORDS']
  if (path !== undefined) appendFileSync(path, `${JSON.stringify(found)}\n`)
}
