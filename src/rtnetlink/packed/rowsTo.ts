import { PrefixScanner } from '../../ip/prefixScanner.js'
import { type PackedRows, RowsBuilder, samePrefix } from './packedRows.js'

/** The rows of a prefix, in order: each is looked at, for what is asked once. */
export function* rowsTo(rows: PackedRows, to: string): Generator<number> {
  const scanner = new PrefixScanner()
  if (!scanner.read(to) || scanner.isIpv6 !== (rows.family === 'inet6')) return
  const wanted = new RowsBuilder(rows.family, 1)
  wanted.push(scanner.length, 0, ...scanner.words)
  const one = wanted.finish()
  for (let row = 0; row < rows.count; row++) if (samePrefix(rows, row, one, 0)) yield row
}
