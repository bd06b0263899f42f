import { randomBytes } from 'node:crypto'
import test from 'ava'
import { PacketCipher, tagSize } from '../../examples/vpn/packetCipher.js'
import { seal, unseal } from '../../examples/vpn/session.js'

for (const length of [0, 1, 15, 16, 1400, 65_000]) {
  test(`what is sealed here and by node:crypto is the same: ${length} bytes`, (t) => {
    const [key, header, text] = [randomBytes(32), randomBytes(16), randomBytes(length)]
    const [sealer, unsealer] = [new PacketCipher(key, 'seal'), new PacketCipher(key, 'unseal')]
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
