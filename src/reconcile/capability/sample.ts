import { closeSync } from 'node:fs'
import { NetworkError } from '../../error.js'
import { Connection } from '../../netlink/connection.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { FfiTransport } from '../../netlink/transports/ffi.js'
import { createAnonymousNamespace } from '../../system/namespace.js'
import { sampleOfLink } from './sampleOfLink.js'
import { sampleOfRoutes } from './sampleOfRoutes.js'
import { sampleOfRules } from './sampleOfRules.js'

type Sampler = (connection: Connection, request: RequestOptions) => Promise<object>

const samplers: Readonly<Record<string, Sampler>> = { rule: sampleOfRules, route: sampleOfRoutes }

const samples = new Map<string, object>()

/**
 * What the machine's kernel tells of a new link in a section such as `bridge` or `bridgePort`, or of rules (`rule`) and
 * routes (`route`), which stays true: they are made in a namespace without a name, which ends with them. Nothing where
 * that may not be.
 */
export async function sampleOfMachine(section: string, request: RequestOptions): Promise<object> {
  const known = samples.get(section)
  if (known) return known
  const told = await whereNobodySees(async (namespaceFd) => {
    using connection = new Connection(new FfiTransport({ namespaceFd }))
    return await (samplers[section] ?? sampleOfLink)(connection, request, section)
  })
  if (told) samples.set(section, told)
  return told ?? {}
}

/** Tries something in a namespace without a name, which ends with it; nothing where that may not be. */
export async function whereNobodySees<T>(attempt: (namespaceFd: number) => Promise<T>): Promise<T | undefined> {
  let namespaceFd: number | undefined
  try {
    namespaceFd = createAnonymousNamespace()
    return await attempt(namespaceFd)
  } catch (error) {
    // Neither the right to make namespaces nor a kind of link has to be there.
    if (error instanceof NetworkError && error.errno !== undefined) return undefined
    throw error
  } finally {
    if (namespaceFd !== undefined) closeSync(namespaceFd)
  }
}
