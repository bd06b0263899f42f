import { NetworkError, type Problem } from '../../src/error.js'
import { validateSpec } from '../../src/spec/validate.js'

/** The problems that the validator finds in what may be a spec. */
export function problemsOf(spec: unknown): readonly Problem[] {
  try {
    validateSpec(spec)
    return []
  } catch (error) {
    if (error instanceof NetworkError && error.code === 'INVALID_SPEC') return error.problems ?? []
    throw error
  }
}
