import { Duplex } from 'node:stream'
import { ReadableStream, WritableStream } from 'node:stream/web'
import type { TunTapDevice } from './device.js'

/** The two directions of a device as Web Streams. */
export interface PacketStreams {
  /** Packets from the kernel, a copy each. Cancelling it stops reading and leaves the device open. */
  readonly readable: ReadableStream<Uint8Array>
  /** Packets into the kernel; what the kernel refuses is dropped and counted. Closing it leaves the device open. */
  readonly writable: WritableStream<Uint8Array>
}

/** Web Streams over a device. They cost a copy and a promise a packet: iterate the device where speed counts. */
export function packetStreams(device: TunTapDevice): PacketStreams {
  const batches = device[Symbol.asyncIterator]()
  const readable = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await batches.next()
        if (next.done) controller.close()
        else for (const packet of next.value.copy()) controller.enqueue(packet)
      },
      async cancel() {
        await batches.return()
      },
    },
    { highWaterMark: 0 },
  )
  const writable = new WritableStream<Uint8Array>({
    async write(packet) {
      await device.send([packet])
    },
  })
  return { readable, writable }
}

/**
 * A Node stream over a device: object mode, a packet an object. Destroying it, or an error of either side, closes the
 * device; `end()` ends only the writing side.
 */
export function packetDuplex(device: TunTapDevice): Duplex {
  const batches = device[Symbol.asyncIterator]()
  let reading = false
  return new Duplex({
    objectMode: true,
    readableHighWaterMark: 64,
    read() {
      if (reading) return
      reading = true
      void (async () => {
        try {
          for (let more = true; more; ) {
            const next = await batches.next()
            if (next.done) {
              this.push(null)
              return
            }
            more = true
            for (const packet of next.value.copy()) more = this.push(packet)
          }
        } catch (error) {
          this.destroy(error instanceof Error ? error : new Error(String(error)))
        } finally {
          reading = false
        }
      })()
    },
    write(packet: Uint8Array, _encoding, done) {
      device.send([packet]).then(() => done(), done)
    },
    writev(chunks, done) {
      const packets = chunks.map(({ chunk }): Uint8Array => chunk)
      device.send(packets).then(() => done(), done)
    },
    destroy(error, done) {
      device.close()
      done(error)
    },
  })
}
