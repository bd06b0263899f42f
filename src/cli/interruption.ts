const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Does work that a signal to this process ends in good order. A second one ends the process, as where nobody listens,
 * and so does one before the work begins.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const unlisten = (): void => {
    for (const name of signals) process.off(name, interrupt)
  }
  const interrupt = (): void => {
    unlisten()
    controller.abort()
  }
  for (const name of signals) process.on(name, interrupt)
  try {
    return await work(controller.signal)
  } finally {
    unlisten()
  }
}
