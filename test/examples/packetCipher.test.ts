import { randomBytes } from 'node:crypto'
import test from 'ava'
import { type PacketCipher, tagSize } from '../../examples/vpn/cipher.js'
import { NodeCipher, seal, unseal } from '../../examples/vpn/nodeCipher.js'
import { OpensslCipher } from '../../examples/vpn/opensslCipher.js'
import { packetCipher } from '../../examples/vpn/packetCipher.js'

const makers: readonly ((key: Uint8Array, direction: 'seal' | 'unseal') => PacketCipher)[] = [
  (key, direction) => new OpensslCipher(key, direction),
  (key) => new NodeCipher(key),
]

test('the fast way is taken where this Node has it', (t) => {
  t.true(packetCipher(randomBytes(32), 'seal') instanceof OpensslCipher)
})

for (const [index, make] of makers.entries())
  for (const length of [0, 1, 15, 16, 1400, 65_000]) {
    test(`what cipher ${index} and node:crypto at once seal is the same: ${length} bytes`, (t) => {
      const [key, header, text] = [randomBytes(32), randomBytes(16), randomBytes(length)]
      const [sealer, unsealer] = [make(key, 'seal'), make(key, 'unseal')]
      for (const counter of [0, 1, 2 ** 32 + 5]) {
        const message = Buffer.concat([header, Buffer.alloc(length + tagSize)])
        sealer.seal(counter, header, text, message.subarray(header.length))
        t.deepEqual(message, seal(key, counter, header, text))
        t.deepEqual(unseal(key, counter, header, message.subarray(header.length)), text)
        const opened = Buffer.alloc(length)
        t.true(unsealer.unseal(counter, header, message.subarray(header.length), opened))
        t.deepEqual(opened, text)
        t.false(unsealer.unseal(counter + 1, header, message.subarray(header.length), opened))
        message[header.length] = (message[header.length] ?? 0) ^ 1
        t.false(unsealer.unseal(counter, header, message.subarray(header.length), opened))
      }
    })
  }
