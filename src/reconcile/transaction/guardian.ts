import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { NetworkError } from '../../error.js'

/** What the guardian of a transaction is given. */
export interface GuardianCharge {
  readonly directory: string
  readonly journalPath: string
  /** Each namespace with the lock on it, both as open descriptors. */
  readonly namespaces: readonly { readonly identity: string; readonly lockFd: number; readonly namespaceFd: number }[]
}

const startTimeout = 10_000

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
    const child = spawn(
      process.execPath,
      [program, directory, journalPath, ...namespaces.map(({ identity }) => identity)],
      {
        cwd: '/',
        // It must outlive this process, and the terminal that this one is of.
        detached: true,
        stdio: ['pipe', 'pipe', 'ignore', ...namespaces.flatMap(({ lockFd, namespaceFd }) => [lockFd, namespaceFd])],
      },
    )
    const { stdin, stdout } = child
    if (!stdin || !stdout) throw new TypeError('the guardian has no pipes')
    // That it is gone is told by its exit; writing to it then is no error of its own.
    stdin.on('error', () => undefined)
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: string): void => {
        child.kill('SIGKILL')
        reject(new NetworkError('UNSUPPORTED', `confirmWithin: the process that would undo did not start: ${reason}`))
      }
      const timer = setTimeout(() => fail('it did not answer'), startTimeout)
      child.once('error', ({ message }) => fail(message))
      child.once('exit', (code, signal) => fail(`it ended with ${signal ?? code}`))
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
