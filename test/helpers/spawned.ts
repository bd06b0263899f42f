import { closeSync, existsSync, constants as files, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { getSystemErrorMap } from 'node:util'
import koffi from 'koffi'

const libc = koffi.load(null)
const memfdCreate = libc.func('int memfd_create(const char *, uint32_t)')
const posixSpawn = libc.func(
  'int posix_spawn(_Out_ int *, const char *, const void *, const void *, const char **, const char **)',
)
const initialize = libc.func('int posix_spawn_file_actions_init(void *)')
const addDup2 = libc.func('int posix_spawn_file_actions_adddup2(void *, int, int)')
const destroy = libc.func('int posix_spawn_file_actions_destroy(void *)')
const initializeAttributes = libc.func('int posix_spawnattr_init(void *)')
const setFlags = libc.func('int posix_spawnattr_setflags(void *, short)')
const setDefaultSignals = libc.func('int posix_spawnattr_setsigdefault(void *, const void *)')
const waitpid = libc.func('int waitpid(int, _Out_ int *, int)')

const MFD_CLOEXEC = 1
const WNOHANG = 1
const POSIX_SPAWN_SETSIGDEF = 4
/** More than `posix_spawnattr_t` and `posix_spawn_file_actions_t` take in any C library. */
const opaqueSize = 1024

/** Node ignores SIGPIPE, which programs would, too. */
const attributes = Buffer.alloc(opaqueSize)
initializeAttributes(attributes)
setFlags(attributes, POSIX_SPAWN_SETSIGDEF)
setDefaultSignals(attributes, Buffer.alloc(128, 0xff))

/** How a program ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A program that runs, in the network namespace that this thread was in when it began. */
export interface Spawned {
  readonly pid: number
  /** Stops this process until the program has ended. */
  wait(): Ended
  /** Whether it has ended by now, and how. */
  poll(): Ended | undefined
}

/**
 * Starts a program, as `child_process` does, but without fork(2), after which this process would have a fault for each
 * page that it writes to: a fifth of the time that the tests take.
 */
export function spawned(
  [file = '', ...args]: readonly string[],
  { environment = process.env, input = '' }: { readonly environment?: NodeJS.ProcessEnv; readonly input?: string } = {},
): Spawned {
  const streams = input === '' ? [openSync('/dev/null', files.O_RDONLY)] : [memory('stdin', input)]
  streams.push(memory('stdout'), memory('stderr'))
  const actions = Buffer.alloc(opaqueSize)
  initialize(actions)
  for (const [index, fd] of streams.entries()) addDup2(actions, fd, index)
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  const pid = [0]
  const error: number = posixSpawn(
    pid,
    pathOf(file, environment),
    actions,
    attributes,
    [file, ...args, null],
    [...variables, null],
  )
  destroy(actions)
  const ended = (flags: number): Ended | undefined => {
    const status = [0]
    if (waitpid(pid[0], status, flags) === 0) return undefined
    const [stdout = '', stderr = ''] = streams.slice(1).map(contentOf)
    for (const fd of streams) closeSync(fd)
    return { ...endOf(status[0] ?? 0), stdout, stderr }
  }
  if (error !== 0) {
    for (const fd of streams) closeSync(fd)
    throw new Error(`${file}: ${getSystemErrorMap().get(-error)?.[1] ?? error}`)
  }
  return { pid: pid[0] ?? 0, wait: () => ended(0) ?? unreachable(), poll: () => ended(WNOHANG) }
}

/** posix_spawnp(3) would look where this process looks. */
function pathOf(file: string, { PATH = '' }: NodeJS.ProcessEnv): string {
  if (file.includes('/')) return file
  const paths = PATH.split(':').map((directory) => join(directory, file))
  return paths.find((path) => existsSync(path)) ?? file
}

function unreachable(): never {
  throw new Error('waitpid(2) came back too early')
}

/** A file that nobody has a name for. */
function memory(name: string, content = ''): number {
  const fd: number = memfdCreate(name, MFD_CLOEXEC)
  if (content !== '') writeSync(fd, content, 0)
  return fd
}

function contentOf(fd: number): string {
  const content = Buffer.alloc(fstatSync(fd).size)
  let read = 0
  while (read < content.length) read += readSync(fd, content, read, content.length - read, read)
  return content.toString()
}

/** The macros of wait(2). */
function endOf(status: number): Pick<Ended, 'code' | 'signal'> {
  const number = status & 0x7f
  if (number === 0) return { code: (status >> 8) & 0xff, signal: null }
  const signals: [string, number][] = Object.entries(constants.signals)
  const [name] = signals.find(([, value]) => value === number) ?? []
  return { code: null, signal: isSignal(name) ? name : null }
}

const isSignal = (name: string | undefined): name is NodeJS.Signals => name !== undefined && name in constants.signals
