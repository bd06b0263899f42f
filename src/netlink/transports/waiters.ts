/** Those who wait for a transport to become readable. */
export class Waiters {
  readonly #resolvers = new Set<() => void>()
  readonly #onChange: (waiting: boolean) => void

  /** @param onChange told when the first one begins to wait and when nobody waits any more */
  constructor(onChange: (waiting: boolean) => void) {
    this.#onChange = onChange
  }

  /** Resolves with the next {@link wake} or when the signal fires. */
  wait(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        signal?.removeEventListener('abort', withdraw)
        resolve()
      }
      const withdraw = (): void => {
        this.#resolvers.delete(finish)
        if (this.#resolvers.size === 0) this.#onChange(false)
        resolve()
      }
      signal?.addEventListener('abort', withdraw, { once: true })
      this.#resolvers.add(finish)
      try {
        if (this.#resolvers.size === 1) this.#onChange(true)
      } catch (error) {
        this.#resolvers.delete(finish)
        reject(error)
      }
    })
  }

  /** Resolves everybody's wait. */
  wake(): void {
    if (this.#resolvers.size === 0) return
    const resolvers = [...this.#resolvers]
    this.#resolvers.clear()
    this.#onChange(false)
    for (const resolve of resolvers) resolve()
  }
}
