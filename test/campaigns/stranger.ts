import { type ChildProcess, spawn } from 'node:child_process'
import type { TestNamespace } from '../helpers/namespace.js'

/** What a foreign program made last of each of its objects: there, or gone. */
export interface Belief {
  /** A command of `ip` that shows the object alone, and nothing where it is gone. */
  readonly show: string
  readonly there: boolean
}

interface ForeignObject {
  readonly add: string
  readonly remove: string
  readonly show: string
}

/** Objects of every sort, some of them on links that the SDK manages: br0 and v0. */
const objects: readonly ForeignObject[] = [
  ...[0, 1, 2].map((n) => ({
    add: `link add f${n} address 02:00:00:00:0f:0${n} type ifb`,
    remove: `link delete f${n}`,
    show: `link show f${n}`,
  })),
  ...[0, 1].map((n) => ({
    add: `tuntap add ft${n} mode tap`,
    remove: `tuntap delete ft${n} mode tap`,
    show: `link show ft${n}`,
  })),
  ...[1, 2, 3].map((n) => ({
    add: `address add 10.7${n}.9.1/24 dev stay0`,
    remove: `address delete 10.7${n}.9.1/24 dev stay0`,
    show: `address show to 10.7${n}.9.1/32 dev stay0`,
  })),
  {
    add: 'address add fd70::1/64 dev stay0 nodad',
    remove: 'address delete fd70::1/64 dev stay0',
    show: 'address show to fd70::1/128 dev stay0',
  },
  ...[0, 1, 2, 3].map((n) => ({
    add: `route add 10.71.${n}.0/24 dev br0 metric 40 proto 99`,
    remove: `route delete 10.71.${n}.0/24 dev br0 metric 40 proto 99`,
    show: `route show 10.71.${n}.0/24 metric 40 proto 99`,
  })),
  ...[0, 1].map((n) => ({
    add: `route add blackhole 10.72.${n}.0/24 table 88 proto 99`,
    remove: `route delete blackhole 10.72.${n}.0/24 table 88 proto 99`,
    show: `route show 10.72.${n}.0/24 table 88`,
  })),
  ...[0, 1].map((n) => ({
    add: `rule add priority ${300 + n} from 10.70.0.0/16 table 88 proto 99`,
    remove: `rule delete priority ${300 + n} from 10.70.0.0/16 table 88 proto 99`,
    show: `rule show priority ${300 + n}`,
  })),
  ...[1, 2].map((n) => ({
    add: `neighbor replace 10.5.0.20${n} lladdr 02:00:00:00:0f:1${n} dev v0 nud permanent`,
    remove: `neighbor delete 10.5.0.20${n} dev v0`,
    show: `neighbor show 10.5.0.20${n} dev v0 nud permanent`,
  })),
]

/** Another process that adds and deletes objects of its own all the time, in an order that a seed decides. */
export class Stranger {
  readonly #namespace: TestNamespace
  readonly #child: ChildProcess
  readonly #there = new Map<ForeignObject, boolean>(objects.map((object) => [object, false]))
  #state: number
  #errors = ''
  #running = true
  readonly #ended: Promise<void>
  /** How many changes it has made. */
  changes = 0

  constructor(namespace: TestNamespace, seed: number) {
    this.#namespace = namespace
    this.#state = seed
    this.#child = spawn('nsenter', [`--net=${namespace.path}`, '--', 'ip', '-force', '-batch', '-'], {
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text
    })
    this.#ended = new Promise((resolve) => this.#child.once('close', () => resolve()))
    this.#go()
  }

  /** Each command is written as soon as the pipe takes it, whatever the SDK is doing. */
  #go(): void {
    if (!this.#running) return
    for (let count = 0; count < 3; count++) {
      const object = objects[this.#random(objects.length)]
      if (!object) continue
      const there = this.#there.get(object) ?? false
      this.#child.stdin?.write(`${there ? object.remove : object.add}\n`)
      this.#there.set(object, !there)
      this.changes++
    }
    setTimeout(() => this.#go(), 2)
  }

  /** xorshift32 */
  #random(below: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) % below
  }

  /** Lets it finish; what it complained of, and what it believes. */
  async stop(): Promise<{ errors: string; beliefs: Belief[] }> {
    this.#running = false
    this.#child.stdin?.end()
    await this.#ended
    return {
      errors: this.#errors,
      beliefs: objects.map((object) => ({ show: object.show, there: this.#there.get(object) ?? false })),
    }
  }

  /** Whether the kernel has an object now. */
  sees({ show }: Belief): boolean {
    return this.#namespace.sh(`ip -o ${show} 2>/dev/null || true`).trim() !== ''
  }
}
