import test from 'ava'
import { plan } from '../../src/index.js'
import { FakeKernel } from '../../src/testing/index.js'

const hintOf = async (via: string): Promise<string | undefined> => {
  const result = await plan({ routes: [{ to: 'default', via }] }, { kernel: new FakeKernel() })
  return result.err ? result.val.problems?.[0]?.hint : 'valid'
}

test('an address with a prefix length or a zone where none belongs says what was meant', async (t) => {
  t.is(await hintOf('10.0.0.1/24'), 'without a prefix length: 10.0.0.1')
  t.is(await hintOf('FD00:0::1/64'), 'without a prefix length: fd00::1')
  t.is(await hintOf('fe80::1%eth0'), 'leave the zone out, fe80::1, and name the link as dev')
  t.is(await hintOf('nonsense/24'), undefined)
  t.is(await hintOf('10.0.0.256'), undefined)
})
