import { closeSync } from 'node:fs'
import { arch } from 'node:os'
import type { ExecutionContext } from 'ava'
import koffi from 'koffi'

// bpf(2): asm-generic/unistd.h, syscall_64.tbl; BPF_PROG_LOAD and BPF_PROG_TYPE_XDP: include/uapi/linux/bpf.h
const callNumber = arch() === 'arm64' ? 280 : 321
const load = 5
const typeXdp = 6
const attributesSize = 128

/** Loads an XDP program that lets all packets pass; returns its descriptor, or a negative number where that is refused. */
export function loadXdpProgram(t: ExecutionContext): number {
  // r0 = XDP_PASS; exit
  const instructions = Uint8Array.of(0xb7, 0, 0, 0, 2, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0)
  const license = Buffer.from('GPL\0')
  const attributes = new DataView(new ArrayBuffer(attributesSize))
  attributes.setUint32(0, typeXdp, true)
  attributes.setUint32(4, instructions.length / 8, true)
  attributes.setBigUint64(8, koffi.address(instructions), true)
  attributes.setBigUint64(16, koffi.address(license), true)
  const call = koffi.load(null).func('long syscall(long, int, void *, unsigned int)')
  const fd = Number(call(callNumber, load, new Uint8Array(attributes.buffer), attributesSize))
  if (fd >= 0) t.teardown(() => closeSync(fd))
  return fd
}
