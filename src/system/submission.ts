import { arch } from 'node:os'
import koffi from 'koffi'
import { FixedMemory } from './memory.js'

// include/uapi/asm-generic/unistd.h and arch/x86/entry/syscalls/syscall_64.tbl; libc has no functions for these.
const callNumbers: Readonly<Record<string, { setup: number; destroy: number; submit: number; getEvents: number }>> = {
  x64: { setup: 206, destroy: 207, submit: 209, getEvents: 208 },
  arm64: { setup: 0, destroy: 1, submit: 2, getEvents: 4 },
}
const calls = callNumbers[arch()]

// struct iocb and struct io_event of include/uapi/linux/aio_abi.h, in words of 32 bits; both machines are little-endian.
const iocb = { words: 16, data: 0, opcode: 4, fd: 5, address: 6, length: 8 }
const event = { words: 8, data: 0, result: 4 }
const pointerSize = 8
const opcodes = { read: 0, write: 1 }

/** How many reads or writes go to the kernel together at most. */
export const mostSubmissions = 64

const process_ = koffi.load(null)
const setup = process_.func('syscall', 'long', ['long', 'unsigned int', 'uintptr_t'])
const destroy = process_.func('syscall', 'long', ['long', 'uintptr_t'])
const submit = process_.func('syscall', 'long', ['long', 'uintptr_t', 'long', 'uintptr_t'])
const getEvents = process_.func('syscall', 'long', ['long', 'uintptr_t', 'long', 'long', 'uintptr_t', 'uintptr_t'])

/** What the kernel keeps for a thread: nothing is ever in flight between two calls, so one is enough for all devices. */
interface Context {
  readonly id: number
  readonly events: FixedMemory
  readonly words: Int32Array
}

let context: Context | undefined | 'none'

function threadContext(): Context | undefined {
  if (context === undefined) context = newContext() ?? 'none'
  return context === 'none' ? undefined : context
}

function newContext(): Context | undefined {
  if (!calls) return undefined
  const place = new FixedMemory(8)
  if (setup(calls.setup, mostSubmissions, place.address(0, 8)) < 0) return undefined
  const id = Number(new BigUint64Array(place.bytes.buffer)[0])
  // The process's end frees it too, but a worker's does not.
  process.once('exit', () => {
    context = 'none'
    destroy(calls.destroy, id)
  })
  const events = new FixedMemory(mostSubmissions * event.words * 4)
  return { id, events, words: new Int32Array(events.bytes.buffer) }
}

/**
 * Reads or writes of one non-blocking descriptor that are done by one system call (`io_submit`), in order, where a call
 * for each would cost more than the work itself. For descriptors whose reads and writes never stay under way, such as
 * those of TUN and TAP devices.
 */
export class SubmissionList {
  readonly #context: Context
  readonly #list: FixedMemory
  readonly #words: Uint32Array
  readonly #pointers: number
  readonly #results = new Int32Array(mostSubmissions)

  private constructor(context: Context, fd: number, action: keyof typeof opcodes) {
    this.#context = context
    const size = iocb.words * 4
    this.#list = new FixedMemory(mostSubmissions * (size + pointerSize))
    this.#words = new Uint32Array(this.#list.bytes.buffer)
    this.#pointers = this.#list.address(mostSubmissions * size, 0)
    for (let index = 0; index < mostSubmissions; index++) {
      const at = index * iocb.words
      this.#words[at + iocb.data] = index
      this.#words[at + iocb.opcode] = opcodes[action]
      this.#words[at + iocb.fd] = fd
      this.#setAddress(mostSubmissions * iocb.words + index * 2, this.#list.address(index * size, size))
    }
  }

  /** @returns `undefined` where the machine, the kernel or a sandbox has none */
  static create(fd: number, action: keyof typeof opcodes): SubmissionList | undefined {
    const context = threadContext()
    return context && new SubmissionList(context, fd, action)
  }

  /** Says where one of them reads to or writes from. The caller keeps the memory. */
  place(index: number, memory: FixedMemory, offset: number, length: number): void {
    const at = index * iocb.words
    this.#setAddress(at + iocb.address, memory.address(offset, length))
    this.#words[at + iocb.length] = length
  }

  /** Does `count` of them. @returns how many were done; fewer only where the kernel refuses to try */
  submit(first: number, count: number): number {
    if (!calls) return 0
    const { id, events, words } = this.#context
    const submitted = submit(calls.submit, id, count, this.#pointers + first * pointerSize)
    if (submitted <= 0) return 0
    const done = getEvents(calls.getEvents, id, submitted, submitted, events.address(0, 0), 0)
    for (let index = 0; index < done; index++) {
      const at = index * event.words
      this.#results[words[at + event.data] ?? 0] = words[at + event.result] ?? 0
    }
    return done
  }

  /** What became of one of those that were done: bytes, or the error's number below zero. */
  result(index: number): number {
    return this.#results[index] ?? 0
  }

  #setAddress(word: number, address: number): void {
    this.#words[word] = address % 2 ** 32
    this.#words[word + 1] = Math.floor(address / 2 ** 32)
  }
}
