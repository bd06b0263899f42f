const factor = Number(process.env['LINKWRIGHT_TEST_PATIENCE'] ?? 1)

/** Whether this machine is known to be slow: under emulation. */
export const isSlowMachine = factor > 1

/** How long to wait for what should be there within some time: longer on machines that are known to be slow. */
export function patience(time: number): number {
  return time * factor
}
