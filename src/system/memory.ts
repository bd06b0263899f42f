import koffi from 'koffi'

const process_ = koffi.load(null)
const readAt = process_.func('read', 'intptr_t', ['int', 'uintptr_t', 'size_t'])
const writeAt = process_.func('write', 'intptr_t', ['int', 'uintptr_t', 'size_t'])

/**
 * Bytes that system calls reach by their address, which saves a view a call: a quarter of a short `read`. Whoever calls
 * holds this object, and with it the bytes.
 */
export class FixedMemory {
  readonly bytes: Uint8Array
  readonly #address: number

  constructor(size: number) {
    // A buffer of its own, since V8 keeps the bytes of a short typed array in the heap and moves them.
    this.bytes = new Uint8Array(new ArrayBuffer(size))
    this.#address = Number(koffi.address(this.bytes))
  }

  /** Whether somebody transferred the buffer to another thread: the address is then no longer ours. */
  get detached(): boolean {
    return this.bytes.byteLength === 0
  }

  /** `read` into a part of the bytes. */
  read(fd: number, offset: number, length: number): number {
    return readAt(fd, this.address(offset, length), length)
  }

  /** `write` of a part of the bytes. */
  write(fd: number, offset: number, length: number): number {
    return writeAt(fd, this.address(offset, length), length)
  }

  /** The address of a part of the bytes, for a call that is over before anybody can let go of them. */
  address(offset: number, length: number): number {
    if (offset < 0 || length < 0 || offset + length > this.bytes.byteLength) throw new RangeError('outside the memory')
    return this.#address + offset
  }
}
