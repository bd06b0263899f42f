import test from 'ava'
import { guestNetwork } from '../../src/guests/guestNetwork.js'

const good = { mode: 'bridged', subnet: '10.0.0.0/24', guests: 2 }

const wrong: readonly (readonly [options: unknown, path: string])[] = [
  ...[null, undefined, 5, 'x', []].map((options) => [options, ''] as const),
  [{}, '/mode'],
  ...[null, 5, 'bridge'].map((mode) => [{ ...good, mode }, '/mode'] as const),
  ...[null, 5, ['x']].map((subnet) => [{ ...good, subnet }, '/subnet'] as const),
  ...[null, 'x', -1, 1.5, Number.NaN, 1e9, {}].map((guests) => [{ ...good, guests }, '/guests'] as const),
  ...[null, 5, []].map((guest) => [{ ...good, guests: [guest] }, '/guests/0'] as const),
  [{ ...good, guests: [{ nmae: 'a' }] }, '/guests/0/name'],
  [{ ...good, guests: [{ name: 'a', slto: 1 }] }, '/guests/0/slto'],
  [{ ...good, guests: [{ name: 'a', portForward: 5 }] }, '/guests/0/portForward'],
  [{ ...good, prefixLength: 29 }, '/prefixLength'],
  [{ ...good, mtu: '1500' }, '/mtu'],
  [{ ...good, nameServers: [5] }, '/nameServers'],
  [{ ...good, isolated: 'no' }, '/isolated'],
  [{ ...good, upilnk: 'eth0' }, '/upilnk'],
]

for (const [index, [options, path]] of wrong.entries()) {
  test(`no network is made of ${index}: ${JSON.stringify(options)}`, (t) => {
    const result = guestNetwork(options as never)
    if (result.ok) return t.fail()
    t.is(result.val.code, 'INVALID_SPEC')
    t.is(result.val.problems?.[0]?.path, path)
  })
}
