/** What the command's exit status tells. */
export const exitStatus = {
  /** Done, or nothing to do. */
  done: 0,
  /** Failed; what had been done was undone. */
  failed: 1,
  /** The command line or the spec is not valid; nothing was changed. */
  usage: 2,
  /** `plan` found something to change. */
  pending: 3,
} as const

/** The status of an error: what was wrong before anything was sent is the user's to correct. */
export function statusOf(code: string): number {
  const isInput = ['INVALID_SPEC', 'INVALID_ARGUMENT', 'USAGE'].includes(code)
  return isInput ? exitStatus.usage : exitStatus.failed
}
