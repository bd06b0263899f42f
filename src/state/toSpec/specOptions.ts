import type { LeftOut } from '../../spec/types.js'

/** What a spec is to tell of a namespace, and who is told what it does not. */
export interface SpecOptions {
  /** The protocol that the SDK gives what it creates. */
  readonly own: number
  readonly secrets: boolean
  readonly onLeftOut?: ((left: LeftOut) => void) | undefined
}
