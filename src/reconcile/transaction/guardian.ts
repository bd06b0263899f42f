import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { NetworkError } from '../../error.js'
import { thrownError } from '../../system/errno.js'

/** What the guardian of a transaction is given. */
export interface GuardianCharge {
  readonly directory: string
  readonly journalPath: string
  /** Each namespace with the lock on it, both as open descriptors. */
  readonly namespaces: readonly { readonly identity: string; readonly lockFd: number; readonly namespaceFd: number }[]
}

const startTimeout = 10_000
const what = 'confirmWithin: the process that would undo'

/**
 * A process of its own that holds the locks and undoes a transaction: at once when its process ends before all was
 * done, and at the deadline when nobody has confirmed.
 */
export class Guardian {
  readonly #child: ChildProcess
  readonly #input: Writable

  private constructor(child: ChildProcess, input: Writable) {
    this.#child = child
    this.#input = input
  }

  /** Starts the process, and returns once it watches. */
  static async start({ directory, journalPath, namespaces }: GuardianCharge): Promise<Guardian> {
    const program = programOf(import.meta.url)
    const args = [program, directory, journalPath, ...namespaces.map(({ identity }) => identity)]
    const child = spawned(args, {
      cwd: '/',
      // It must outlive this process, and the terminal that this one is of.
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore', ...namespaces.flatMap(({ lockFd, namespaceFd }) => [lockFd, namespaceFd])],
    })
    const { stdin, stdout } = child
    // Without descriptors to spare there are no pipes, and the event tells why.
    if (!stdin || !stdout) throw notSpawned((await once(child, 'error'))[0])
    // That it is gone is told by its exit; writing to it then is no error of its own.
    stdin.on('error', () => undefined)
    await new Promise<void>((resolve, reject) => {
      const fail = (error: NetworkError): void => {
        clearTimeout(timer)
        child.kill('SIGKILL')
        reject(error)
      }
      const timer = setTimeout(() => fail(notStarted('it did not answer')), startTimeout)
      child.once('error', (cause) => fail(notSpawned(cause)))
      child.once('exit', (code, signal) => fail(notStarted(`it ended with ${signal ?? code}`)))
      stdout.once('data', () => {
        clearTimeout(timer)
        child.removeAllListeners()
        resolve()
      })
    })
    stdout.destroy()
    return new Guardian(child, stdin)
  }

  /** Leaves it alone with the deadline, milliseconds from now. */
  async leave(deadline: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#input.end(`${deadline}\n`, (error?: Error | null) => (error ? reject(error) : resolve()))
    })
    this.#child.unref()
  }

  /** Lets it end: the journal is gone, so that it has nothing to do. */
  dismiss(): void {
    this.#input.destroy()
    this.#child.unref()
  }
}

/** {@link spawn} for this program; some errors it throws, and others come as an event. */
function spawned(args: readonly string[], options: SpawnOptions): ChildProcess {
  try {
    return spawn(process.execPath, args, options)
  } catch (cause) {
    throw notSpawned(cause)
  }
}

function notSpawned(cause: unknown): NetworkError {
  return thrownError(cause, `${what} did not start`)
}

function notStarted(reason: string): NetworkError {
  return new NetworkError('UNSUPPORTED', `${what} did not start: ${reason}`)
}

/** Where the program of the process is: beside this module, unless somebody has bundled that into one of his own. */
function programOf(module: string | undefined): string {
  const program = module === undefined ? undefined : fileURLToPath(new URL('./guardianMain.js', module))
  if (program !== undefined && existsSync(program)) return program
  const place = program === undefined ? 'a file of its own' : program
  throw new NetworkError(
    'UNSUPPORTED',
    `confirmWithin: the program that would undo is not there (${place}); linkwright itself must stay outside of a bundle for it`,
  )
}
