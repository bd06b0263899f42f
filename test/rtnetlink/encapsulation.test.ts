import test from 'ava'
import { encapsulationOf, rawEncapsulation } from '../../src/rtnetlink/encapsulation/codec.js'
import type { Encapsulation } from '../../src/rtnetlink/encapsulation/encapsulation.js'

const bytesOf = (hexadecimal: string): Uint8Array => new Uint8Array(Buffer.from(hexadecimal.replaceAll(' ', ''), 'hex'))
const told = (encapsulationType: number, hexadecimal: string) =>
  encapsulationOf({ encapsulationType, encapsulationData: bytesOf(hexadecimal) })

test('options of tunnels, flavors and counters are decoded as they were given', (t) => {
  const given: readonly Encapsulation[] = [
    { type: 'ip', id: 7, options: { vxlan: { gbp: 0xffffffff } } },
    { type: 'ip6', dst: 'fd00::1', flags: 4, options: { erspan: { version: 1, index: 0xfffff } } },
    { type: 'ip', options: { erspan: { version: 2, direction: 'egress', hardwareId: 63 } } },
    { type: 'seg6local', action: 'End', counters: true, flavors: { operations: ['psp', 'usp', 'usd', 'next-csid'] } },
    { type: 'seg6local', action: 'End', flavors: { operations: ['next-csid'], nodeFunctionLength: 8 } },
  ]
  for (const encapsulation of given) t.deepEqual(encapsulationOf(rawEncapsulation(encapsulation)), encapsulation)
})

test('segments have their header, and beside it where they come from and go by', (t) => {
  const given: Encapsulation = { type: 'seg6', mode: 'encap', segments: ['fd04::1'], src: 'fd00::77', table: 100 }
  // struct seg6_iptunnel_encap with struct ipv6_sr_hdr: mode 1; no next header, 16 bytes behind 8, type 4, segment 0 of 0.
  const header = '2000 0100 01000000 00 02 04 00 00 00 0000 fd040000000000000000000000000001'
  const bytes = bytesOf(`${header} 1400 0200 fd000000000000000000000000000077 0800 0300 64000000`)
  t.deepEqual(rawEncapsulation(given), { encapsulationType: 5, encapsulationData: bytes })
  t.deepEqual(encapsulationOf({ encapsulationType: 5, encapsulationData: bytes }), given)
})

test('counters that have counted, lengths that are the kernel’s own, and flags of options say nothing', (t) => {
  const action = '0800 0100 01000000'
  const counted = '28000a80 0c000200 0700000000000000 0c000300 2c01000000000000 0c000400 0100000000000000'
  const flavors = '1c000b80 08000100 10000000 05000200 20000000 05000300 10000000'
  t.deepEqual(told(7, `${action} ${counted} ${flavors}`), {
    type: 'seg6local',
    action: 'End',
    counters: true,
    flavors: { operations: ['next-csid'] },
  })
  // TUNNEL_KEY and TUNNEL_VXLAN_OPT.
  t.deepEqual(told(2, '0600 0600 10040000 10000880 0c000280 08000100 2c010000'), {
    type: 'ip',
    flags: 4,
    options: { vxlan: { gbp: 300 } },
  })
})

test('what a spec cannot say is kept as it is: options of Geneve, and flavors of newer kernels', (t) => {
  const geneve = '20000880 1c000180 06000100 01020000 05000200 80000000 08000300 0badcafe'
  t.deepEqual(told(2, geneve), { type: 'ip', bytes: bytesOf(geneve) } as never)
  const newer = '08000100 01000000 0c000b80 08000100 22000000'
  t.deepEqual(told(7, newer), { type: 'seg6local', bytes: bytesOf(newer) } as never)
})
