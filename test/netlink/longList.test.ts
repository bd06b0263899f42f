import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { Connection } from '../../src/netlink/connection.js'
import { NLM_F_MULTI, NLMSG_DONE } from '../../src/netlink/message.js'
import type { Received, Transport } from '../../src/netlink/transports/transport.js'
import { dumpLinks } from '../../src/rtnetlink/linkMessages.js'

const portId = 7
const RTM_NEWLINK = 16

/** A kernel that needs a while for each part of a list, and need not come to its end. */
class SlowKernel implements Transport {
  readonly portId = portId
  readonly answerCapacity = 100
  closed = false
  #sequence = 0
  #parts = 0
  readonly #pause: number
  readonly #ends: boolean

  constructor(pause: number, parts: number, ends = true) {
    this.#ends = ends
    this.#pause = pause
    this.#parts = parts
  }

  send(datagram: Uint8Array): void {
    this.#sequence = new DataView(datagram.buffer, datagram.byteOffset).getUint32(8, true)
  }

  #arrived: Uint8Array[] = []

  receive(): Received {
    const bytes = this.#arrived.shift()
    return bytes ? { kind: 'datagram', datagram: { bytes, senderPortId: 0, truncated: false } } : { kind: 'empty' }
  }

  async readable(signal?: AbortSignal): Promise<void> {
    if (this.#parts === 0) await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }))
    else {
      await sleep(this.#pause)
      this.#parts--
      this.#arrived.push(this.#message(this.#parts === 0 && this.#ends ? NLMSG_DONE : RTM_NEWLINK))
    }
  }

  #message(type: number): Uint8Array {
    const view = new DataView(new ArrayBuffer(20))
    for (const [offset, value] of [
      [0, 20],
      [8, this.#sequence],
      [12, portId],
    ] as const)
      view.setUint32(offset, value, true)
    view.setUint16(4, type, true)
    view.setUint16(6, NLM_F_MULTI, true)
    return new Uint8Array(view.buffer)
  }

  join(): void {}
  leave(): void {}
  close(): void {
    this.closed = true
  }
}

test('a list that comes in parts has the time limit again with each of them', async (t) => {
  const connection = new Connection(new SlowKernel(30, 10))
  const { items } = await connection.dump(dumpLinks(), () => 'link', { timeout: 150 })
  t.is(items.length, 9)
})

test('a list that stops is a timeout', async (t) => {
  const connection = new Connection(new SlowKernel(10, 3, false))
  await t.throwsAsync(
    connection.dump(dumpLinks(), () => 'link', { timeout: 100 }),
    { code: 'TIMEOUT' },
  )
})
