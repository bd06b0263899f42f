import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { copyFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { type KernelImage, keptKernel } from '../../scripts/kernels/image.js'
import { packInitialRamDisk, withNeeds } from '../../scripts/kernels/initialRamDisk.js'
import type { Guest } from '../../src/guests/guest.js'
import type { TestNamespace } from '../helpers/namespace.js'
import { isSlowMachine } from '../helpers/patience.js'
import { programExists, systemEnvironment } from '../helpers/program.js'
import { initScript } from './initScript.js'

/** A guest that runs. */
export interface RunningGuest {
  readonly guest: Guest
  /** Runs a shell command in it as root; the answer is what it printed. Throws where it fails, with the console. */
  run(command: string): Promise<string>
  /** Whether a shell command succeeds in it. */
  succeeds(command: string): Promise<boolean>
  /** Pulls the plug. */
  stop(): Promise<void>
}

/** What guests are booted from. */
export interface GuestImage {
  readonly kernel: string
  readonly initialRamDisk: string
}

const programs = ['qemu-system-x86_64', 'busybox', 'cpio', 'nsenter', 'setpriv']

const keptImage = keptKernel('6.1') ?? keptKernel('6.12')

const lacking = [
  ...programs.filter((name) => !programExists(name)),
  ...(keptImage ? [] : ['a kernel: npm run kernels:fetch']),
  ...(isSlowMachine ? ['a machine that is none of qemu itself'] : []),
]

/** A test that boots guests, one at a time; skipped where that cannot be, and then its title says what is missing. */
export function testWithGuests(title: string, run: (t: ExecutionContext, image: GuestImage) => Promise<void>): void {
  if (keptImage && lacking.length === 0) test.serial(title, (t) => run(t, imageOf(t, keptImage)))
  else test.serial.skip(`${title} (lacking: ${lacking.join(', ')})`, () => {})
}

function imageOf(t: ExecutionContext, image: KernelImage): GuestImage {
  const modules = withNeeds(image, ['virtio_pci', 'virtio_net'])
  const initialRamDisk = packInitialRamDisk(modules, { init: initScript(modules) })
  const directory = dirname(initialRamDisk)
  t.teardown(() => rmSync(directory, { recursive: true }))
  // The user of an unprivileged guest may not see where kernels are kept.
  const kernel = join(directory, 'kernel')
  copyFileSync(image.kernel, kernel)
  return { kernel, initialRamDisk }
}

/** Some machines let root alone open it. */
function isTunOpenToAll(): boolean {
  return (statSync('/dev/net/tun').mode & 0o006) === 0o006
}

/** Runs a command that finds a device for all users in the place of the machine's own. */
const withOpenTun: readonly string[] = [
  ...['unshare', '--mount', 'sh', '-ec'],
  'mount -t tmpfs tmpfs /dev/net; mknod /dev/net/tun c 10 200; chmod 666 /dev/net/tun; exec "$@"',
  'sh',
]

/** How a guest is started. */
export interface BootOptions {
  /** The user and group, by number, that QEMU runs as, without any capability. Default: root. */
  readonly user?: number
}

/** Boots a guest in a namespace, on the TAP device that is there for it, until it takes commands. */
export async function bootGuest(
  t: ExecutionContext,
  namespace: TestNamespace,
  image: GuestImage,
  guest: Guest,
  { user }: BootOptions = {},
): Promise<RunningGuest> {
  const six = guest.address6 === undefined ? '' : ` guest6=${guest.address6},${guest.gateway6}`
  const append = `console=ttyS0 quiet panic=-1 no_timer_check ${guest.kernelArgument}${six}`
  const unprivileged =
    user === undefined
      ? []
      : [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--no-new-privs', '--bounding-set=-all']
  const command = [
    `--net=${namespace.path}`,
    '--',
    ...(user === undefined || isTunOpenToAll() ? [] : withOpenTun),
    'setpriv',
    ...unprivileged,
    // However this process ends, the machine goes with it.
    '--pdeathsig=KILL',
    'qemu-system-x86_64',
    ...['-accel', 'tcg', '-cpu', 'max', '-smp', '1', '-m', '160', '-nodefaults', '-no-user-config', '-no-reboot'],
    ...['-display', 'none', '-serial', 'stdio'],
    ...['-kernel', image.kernel, '-initrd', image.initialRamDisk, '-append', append],
    ...guest.qemu,
  ]
  const machine = new Machine(guest, spawn('nsenter', command, { env: systemEnvironment }))
  t.teardown(() => machine.stop())
  await machine.answer(0, 100_000)
  return machine
}

/** The lines that tell why a guest does not answer. */
const consoleLines = 30

class Machine implements RunningGuest {
  readonly guest: Guest
  readonly #process: ChildProcessWithoutNullStreams
  readonly #ended: Promise<void>
  #console = ''
  #number = 0
  #heard: () => void = () => {}
  #running = true

  constructor(guest: Guest, process: ChildProcessWithoutNullStreams) {
    this.guest = guest
    this.#process = process
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#console += chunk.toString('latin1').replaceAll('\r', '')
        this.#heard()
      })
    }
    process.stdin.on('error', () => this.#heard())
    this.#ended = new Promise((resolve) => {
      process.once('close', () => {
        this.#running = false
        this.#heard()
        resolve()
      })
    })
  }

  async run(command: string): Promise<string> {
    const { status, output } = await this.#ask(command)
    if (status !== 0) throw this.#error(`${command}: status ${status}: ${output}`)
    return output
  }

  async succeeds(command: string): Promise<boolean> {
    return (await this.#ask(command)).status === 0
  }

  #ask(command: string): Promise<{ status: number; output: string }> {
    const number = ++this.#number
    this.#process.stdin.write(`${number} ${Buffer.from(command).toString('base64')}\n`)
    return this.answer(number, 60_000)
  }

  /** The answer to the command of a number; 0 is said by a guest that is ready. */
  async answer(number: number, milliseconds: number): Promise<{ status: number; output: string }> {
    const pattern = new RegExp(`^@${number} (\\d+) ([A-Za-z0-9+/=]*)@$`, 'm')
    let late = false
    const timer = setTimeout(() => {
      late = true
      this.#heard()
    }, milliseconds)
    try {
      for (;;) {
        const [, status, output = ''] = pattern.exec(this.#console) ?? []
        if (status !== undefined) {
          return { status: Number(status), output: Buffer.from(output, 'base64').toString().trim() }
        }
        if (late || !this.#running) throw this.#error(late ? `no answer in ${milliseconds} ms` : 'QEMU ended')
        await new Promise<void>((resolve) => {
          this.#heard = resolve
        })
      }
    } finally {
      clearTimeout(timer)
    }
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#ended
  }

  #error(message: string): Error {
    const lines = this.#console.split('\n').slice(-consoleLines).join('\n')
    return new Error(`guest ${this.guest.name}: ${message}\nits console:\n${lines}`)
  }
}
