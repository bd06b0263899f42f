import { closeSync } from 'node:fs'
import { NetworkError } from '../error.js'
import type { EncodeContext } from '../netlink/codec.js'
import type { Connection } from '../netlink/connection.js'
import type { RequestOptions } from '../netlink/exchange.js'
import { invalidArgument } from '../netlink/invalidValue.js'
import { decodeLinkName } from '../rtnetlink/decodeLink.js'
import { getLink } from '../rtnetlink/linkMessages.js'
import { openNamespace } from '../system/namespace.js'

/** Thrown by the context while a message is built: the name must be looked up first. */
class UnknownName extends Error {
  readonly linkName: string

  constructor(linkName: string) {
    super(linkName)
    this.linkName = linkName
  }
}

/**
 * Builds messages from objects that name links. Names are asked of the kernel for each call anew, since a link may
 * have been made anew under its name meanwhile.
 */
export async function resolved<T, R>(
  connection: Connection,
  options: RequestOptions,
  build: (context: EncodeContext) => T,
  use: (built: T) => Promise<R>,
): Promise<R> {
  const indices = new Map<string, number>()
  const descriptors = new Map<string, number>()
  const context: EncodeContext = {
    linkIndex(name) {
      if (typeof name !== 'string' || name === '')
        throw new RangeError(`${name === '' ? '""' : String(name)} is no link`)
      const index = indices.get(name)
      if (index === undefined) throw new UnknownName(name)
      return index
    },
    namespaceFd(name) {
      const fd = descriptors.get(name) ?? openNamespace(name)
      descriptors.set(name, fd)
      return fd
    },
    nexthopHasMetrics: () => true,
  }
  try {
    return await use(await built(connection, options, () => checked(() => build(context)), indices))
  } finally {
    for (const fd of descriptors.values()) closeSync(fd)
  }
}

async function built<T>(
  connection: Connection,
  options: RequestOptions,
  build: () => T,
  indices: Map<string, number>,
): Promise<T> {
  for (;;) {
    try {
      return build()
    } catch (error) {
      if (!(error instanceof UnknownName)) throw error
      indices.set(error.linkName, await indexOf(connection, error.linkName, options))
    }
  }
}

/** Runs what takes arguments of the caller's: those out of their range are the error `INVALID_ARGUMENT`. */
export function checked<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof RangeError ? invalidArgument(error) : error
  }
}

/** The index of a link by its name or an alternative one. */
async function indexOf(connection: Connection, name: string, options: RequestOptions): Promise<number> {
  const message = checked(() => getLink({ name }))
  const [index] = await connection.ask(message, ({ body }) => decodeLinkName(body).index, options)
  if (index === undefined) throw new NetworkError('ENODEV', `link ${name}: does not exist`, { object: `link ${name}` })
  return index
}

/** The name of a link by its index; `undefined` where there is none. */
export async function nameOf(
  connection: Connection,
  index: number,
  options: RequestOptions,
): Promise<string | undefined> {
  try {
    const [name] = await connection.ask(getLink({ index }), ({ body }) => decodeLinkName(body).name, options)
    return name
  } catch (error) {
    if (error instanceof NetworkError && error.code === 'ENODEV') return undefined
    throw error
  }
}
