const never = new Int32Array(new SharedArrayBuffer(4))

/** Stops this thread for some milliseconds. */
export function pause(milliseconds: number): void {
  Atomics.wait(never, 0, 0, milliseconds)
}
