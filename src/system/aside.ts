import koffi, { type KoffiFunc } from 'koffi'
import { FixedMemory } from './memory.js'

const process_ = koffi.load(null)
const sendTo = process_.func('send', 'intptr_t', ['int', 'uintptr_t', 'size_t', 'int'])
const receiveMany = process_.func('recvmmsg', 'int', ['int', 'uintptr_t', 'unsigned int', 'int', 'uintptr_t'])

/** A system call on a thread of libuv's pool, with the event loop going on; gives the error's number below zero. */
function aside(
  call: KoffiFunc<(...args: number[]) => number>,
  memory: FixedMemory,
  ...args: readonly number[]
): Promise<number> {
  return new Promise((resolve, reject) => {
    call.async(...args, (error: Error | null, result: number) => {
      const errno = koffi.errno()
      // The memory must be there until now.
      if (error || memory.detached) reject(error ?? new TypeError('the memory was transferred meanwhile'))
      else resolve(result < 0 ? -errno : result)
    })
  })
}

/** `send` of the first bytes of some memory. */
export function sendAside(fd: number, memory: FixedMemory, length: number): Promise<number> {
  return aside(sendTo, memory, fd, memory.address(0, length), length, 0)
}

// struct mmsghdr, msghdr, iovec: include/linux/socket.h, include/uapi/linux/uio.h, of 64-bit machines.
const header = { size: 64, name: 0, nameLength: 8, vector: 16, vectorCount: 24, received: 56 }
const vector = { size: 16, base: 0, length: 8 }
const nameSize = 12

/** Places for the datagrams of one `recvmmsg`. */
export class DatagramBlock {
  /** How many there are. */
  readonly count: number
  readonly #size: number
  readonly #headers: FixedMemory
  readonly #view: DataView
  readonly #names: DataView
  readonly #slabs: FixedMemory

  /** @param size bytes of the longest datagram that is received whole */
  constructor(count: number, size: number) {
    this.count = count
    this.#size = size
    const vectors = count * header.size
    const names = vectors + count * vector.size
    this.#headers = new FixedMemory(names + count * nameSize)
    this.#slabs = new FixedMemory(count * size)
    const { buffer } = this.#headers.bytes
    this.#view = new DataView(buffer)
    this.#names = new DataView(buffer, names)
    for (let index = 0; index < count; index++) {
      const [at, vectorAt] = [index * header.size, vectors + index * vector.size]
      this.#setWord(at + header.name, this.#headers.address(names + index * nameSize, nameSize))
      this.#setWord(at + header.vector, this.#headers.address(vectorAt, vector.size))
      this.#setWord(at + header.vectorCount, 1)
      this.#setWord(vectorAt + vector.base, this.#slabs.address(index * size, size))
      this.#setWord(vectorAt + vector.length, size)
    }
  }

  /**
   * Receives what is there, as many as there are places, on another thread; gives their number, or the error's below
   * zero.
   */
  receive(fd: number, flags: number): Promise<number> {
    this.#prepare()
    return aside(receiveMany, this.#headers, fd, this.#headers.address(0, 0), this.count, flags, 0)
  }

  /** The same on this thread. */
  receiveNow(fd: number, flags: number): number {
    this.#prepare()
    const result: number = receiveMany(fd, this.#headers.address(0, 0), this.count, flags, 0)
    return result < 0 ? -koffi.errno() : result
  }

  #prepare(): void {
    for (let index = 0; index < this.count; index++) {
      this.#view.setUint32(index * header.size + header.nameLength, nameSize, true)
    }
  }

  /** The bytes of a datagram, as far as there was room. */
  bytes(index: number): Uint8Array {
    return this.#slabs.bytes.subarray(index * this.#size, index * this.#size + Math.min(this.length(index), this.#size))
  }

  /** How long a datagram was. */
  length(index: number): number {
    return this.#view.getUint32(index * header.size + header.received, true)
  }

  /** The second word of the sender's address: a netlink port. */
  sender(index: number): number {
    return this.#names.getUint32(index * nameSize + 4, true)
  }

  #setWord(at: number, value: number): void {
    this.#view.setBigUint64(at, BigInt(value), true)
  }
}
