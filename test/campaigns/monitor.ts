import { type ChildProcess, spawn } from 'node:child_process'
import type { TestNamespace } from '../helpers/namespace.js'

/** `ip monitor` inside a namespace, as an independent witness of what the kernel tells. */
export class IpMonitor {
  readonly #namespace: TestNamespace
  readonly #child: ChildProcess
  readonly #ended: Promise<void>
  #lines: string[] = []
  #rest = ''
  #told = (): void => {}
  #marks = 0

  private constructor(namespace: TestNamespace) {
    this.#namespace = namespace
    const command = ['ip', '-o', '-d', 'monitor', 'link', 'address', 'route', 'rule', 'neigh']
    this.#child = spawn('nsenter', [`--net=${namespace.path}`, '--', ...command], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#ended = new Promise((resolve) => this.#child.once('close', () => resolve()))
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n')
      this.#rest = lines.pop() ?? ''
      this.#lines.push(...lines)
      this.#told()
    })
  }

  /** Starts it, and returns once it listens. */
  static async start(namespace: TestNamespace): Promise<IpMonitor> {
    const monitor = new IpMonitor(namespace)
    await monitor.take()
    return monitor
  }

  /** What was told since the last time, complete: a change of our own comes last. */
  async take(): Promise<string[]> {
    const deadline = Date.now() + 10_000
    for (;;) {
      // A rule that nobody else makes, with a priority of its own each time.
      const priority = 31_000 + (this.#marks++ % 900)
      const rule = `priority ${priority} from 192.0.2.99 table 254`
      this.#namespace.sh(`ip rule add ${rule} && ip rule delete ${rule}`)
      const mark = new RegExp(`^Deleted ${priority}:.*192\\.0\\.2\\.99`)
      if (await this.#sees(mark, 300)) break
      if (Date.now() > deadline) throw new Error('ip monitor tells nothing')
    }
    const lines = this.#lines
    this.#lines = []
    return lines.filter((line) => line !== '' && !line.includes('192.0.2.99'))
  }

  #sees(mark: RegExp, milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(false), milliseconds)
      const done = (found: boolean): void => {
        clearTimeout(timer)
        this.#told = () => {}
        resolve(found)
      }
      this.#told = () => {
        if (this.#lines.some((line) => mark.test(line))) done(true)
      }
      this.#told()
    })
  }

  async stop(): Promise<void> {
    this.#child.kill()
    await this.#ended
  }
}
