import test from 'ava'
import { AF_UNIX, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK } from '../../src/system/constants.js'
import { errnoNumber } from '../../src/system/errno.js'
import { checked, libc } from '../../src/system/libc.js'
import { FixedMemory } from '../../src/system/memory.js'
import { SubmissionList } from '../../src/system/submission.js'
import { skipped } from '../helpers/skipped.js'

test('writes and reads are done together, in order, and what failed says why', (t) => {
  const pair = new Int32Array(2)
  const type = SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK
  checked(libc.socketpair(AF_UNIX, type, 0, new Uint8Array(pair.buffer)), 'socketpair')
  const [near = -1, far = -1] = pair
  const writes = SubmissionList.create(near, 'write')
  const reads = SubmissionList.create(far, 'read')
  if (!writes || !reads) {
    skipped(t, 'there is no io_submit here')
    return
  }
  const [source, target] = [new FixedMemory(16), new FixedMemory(64)]
  source.bytes.set([1, 2, 2, 3, 3, 3])
  for (const [index, start] of [0, 1, 3].entries()) writes.place(index, source, start, index + 1)
  for (let index = 0; index < 5; index++) reads.place(index, target, index * 8, 8)
  t.is(writes.submit(0, 3), 3)
  t.deepEqual(
    [0, 1, 2].map((index) => writes.result(index)),
    [1, 2, 3],
  )
  t.is(reads.submit(1, 4), 4)
  const nothing = -errnoNumber('EAGAIN')
  t.deepEqual(
    [1, 2, 3, 4].map((index) => reads.result(index)),
    [1, 2, 3, nothing],
  )
  t.deepEqual(
    [...target.bytes.subarray(8, 32)].filter((byte) => byte > 0),
    [1, 2, 2, 3, 3, 3],
  )
  libc.close(far)
  t.is(writes.submit(0, 1), 1)
  t.true(writes.result(0) < 0)
  libc.close(near)
  t.is(writes.submit(0, 1), 0, 'a descriptor that is closed is not even tried')
  t.throws(() => writes.place(0, source, 10, 7), { instanceOf: RangeError })
})
