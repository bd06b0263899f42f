import type { AnyEncapsulation } from '../rtnetlink/encapsulation/encapsulation.js'
import { sameValue } from './equal.js'

/** Whether two encapsulations are the same; flags of the kernel's own count only where they are told. */
export function sameEncapsulation(after: AnyEncapsulation | undefined, before: AnyEncapsulation | undefined): boolean {
  if (!after || !before || !('flags' in before) || 'flags' in after) return sameValue(after, before)
  const { flags: _flags, ...others } = before
  return sameValue(after, others)
}
