import koffi from 'koffi'
import { systemError } from './errno.js'

// Symbols of the running process: Node links libc, so this finds glibc and musl alike.
const process_ = koffi.load(null)

/** Memory that a system call reads or writes. */
type Memory = Uint8Array | null

interface Libc {
  socket(domain: number, type: number, protocol: number): number
  bind(fd: number, address: Memory, length: number): number
  connect(fd: number, address: Memory, length: number): number
  getsockname(fd: number, address: Memory, length: Memory): number
  setsockopt(fd: number, level: number, option: number, value: Memory, length: number): number
  getsockopt(fd: number, level: number, option: number, value: Memory, length: Memory): number
  send(fd: number, data: Memory, length: number, flags: number): number
  sendto(fd: number, data: Memory, length: number, flags: number, address: Memory, addressLength: number): number
  recvfrom(fd: number, data: Memory, length: number, flags: number, address: Memory, addressLength: Memory): number
  socketpair(domain: number, type: number, protocol: number, fds: Memory): number
  dup3(from: number, to: number, flags: number): number
  close(fd: number): number
  open(path: string, flags: number): number
  read(fd: number, data: Memory, length: number): number
  write(fd: number, data: Memory, length: number): number
  ioctl(fd: number, request: number, argument: Memory): number
  ioctlValue(fd: number, request: number, argument: number): number
  poll(fds: Memory, count: number, timeout: number): number
  fcntl(fd: number, command: number, argument: number): number
  flock(fd: number, operation: number): number
  setns(fd: number, type: number): number
  unshare(flags: number): number
  mount(source: string | null, target: string, type: string | null, flags: number, data: Memory): number
  umount2(target: string, flags: number): number
}

const raw: Libc = {
  socket: process_.func('int socket(int, int, int)'),
  bind: process_.func('int bind(int, const void *, uint32_t)'),
  connect: process_.func('int connect(int, const void *, uint32_t)'),
  getsockname: process_.func('int getsockname(int, void *, void *)'),
  setsockopt: process_.func('int setsockopt(int, int, int, const void *, uint32_t)'),
  getsockopt: process_.func('int getsockopt(int, int, int, void *, void *)'),
  send: process_.func('intptr_t send(int, const void *, size_t, int)'),
  sendto: process_.func('intptr_t sendto(int, const void *, size_t, int, const void *, uint32_t)'),
  recvfrom: process_.func('intptr_t recvfrom(int, void *, size_t, int, void *, void *)'),
  socketpair: process_.func('int socketpair(int, int, int, void *)'),
  dup3: process_.func('int dup3(int, int, int)'),
  close: process_.func('int close(int)'),
  open: process_.func('int open(const char *, int)'),
  read: process_.func('intptr_t read(int, void *, size_t)'),
  write: process_.func('intptr_t write(int, const void *, size_t)'),
  ioctl: process_.func('int ioctl(int, unsigned long, void *)'),
  ioctlValue: process_.func('ioctl', 'int', ['int', 'unsigned long', 'unsigned long']),
  poll: process_.func('int poll(void *, unsigned long, int)'),
  fcntl: process_.func('int fcntl(int, int, long)'),
  flock: process_.func('int flock(int, int)'),
  setns: process_.func('int setns(int, int)'),
  unshare: process_.func('int unshare(int)'),
  mount: process_.func('int mount(const char *, const char *, const char *, unsigned long, const void *)'),
  umount2: process_.func('int umount2(const char *, int)'),
}

/** The system calls that Node lacks, as C declares them: −1 tells of an error, whose number {@link lastErrno} gives. */
export const libc: Libc = raw

/** The error number of the last failed call on this thread; ask at once, before anything else calls libc. */
export function lastErrno(): number {
  return koffi.errno()
}

/** Passes a call's result on, or throws the `NetworkError` of its error number, with `what` as its subject. */
export function checked(result: number, what: string): number {
  if (result >= 0) return result
  throw systemError(koffi.errno(), what)
}
