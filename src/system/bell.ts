/** Something that many can ring and one waits for; a ring that nobody waited for is kept. */
export class Bell {
  #rung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  /** Forgets what was rung before. */
  reset(): void {
    this.#rung = false
  }

  /** Resolves once rung, after some milliseconds where told, or when the signal fires. */
  rung(signal: AbortSignal, milliseconds?: number): Promise<void> {
    if (this.#rung || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', finish)
        this.#wake = undefined
        resolve()
      }
      const timer = milliseconds === undefined ? undefined : setTimeout(finish, milliseconds)
      signal.addEventListener('abort', finish, { once: true })
      this.#wake = finish
    })
  }
}
