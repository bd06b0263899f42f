/** A link that goes with what it leads to in another namespace, and comes back. */
export interface FarEnd {
  /** The properties that it loses. */
  readonly lost: readonly string[]
  /** What takes it along. */
  readonly by: string
}
