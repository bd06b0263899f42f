import test from 'ava'
import { parsePrefix } from '../../../src/ip/prefix.js'
import { coversAny } from '../../../src/rtnetlink/packed/covers.js'
import { RowsBuilder } from '../../../src/rtnetlink/packed/packedRows.js'

function rowsOf(...prefixes: readonly string[]) {
  const rows = new RowsBuilder(prefixes[0]?.includes(':') ? 'inet6' : 'inet')
  for (const text of prefixes) {
    const prefix = parsePrefix(text)
    if (prefix) rows.pushBytes(prefix.length, 0, prefix.bytes)
  }
  return rows.finish()
}

test('an address is found in the prefixes that it is in, and no others', (t) => {
  const inside = ['::/0', 'fd00::/8', 'fd00::/31', 'fd00::/32', 'fd00::/33', 'fd00:0:1::/48', 'fd00:0:1::5/128']
  for (const prefix of inside) t.true(coversAny(rowsOf('2001::/16', prefix), ['fc00::1', 'fd00:0:1::5']), prefix)
  for (const prefix of ['fe00::/8', 'fd00:2::/31', 'fd00:1::/32', 'fd00:0:2::/48', 'fd00:0:1::4/128']) {
    t.false(coversAny(rowsOf('2001::/16', prefix), ['fc00::1', 'fd00:0:1::5']), prefix)
  }
  for (const prefix of ['0.0.0.0/0', '10.0.0.0/8', '10.1.2.3/32'])
    t.true(coversAny(rowsOf(prefix), ['10.1.2.3']), prefix)
  for (const prefix of ['11.0.0.0/8', '10.1.2.2/32']) t.false(coversAny(rowsOf(prefix), ['10.1.2.3']), prefix)
  t.false(coversAny(rowsOf('::/0'), []))
})
