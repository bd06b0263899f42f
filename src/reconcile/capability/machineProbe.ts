import { Connection } from '../../netlink/connection.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { Transport } from '../../netlink/transports/transport.js'

/** Asks the machine's kernel whether it lacks something, as far as can be known without changing anything. */
export type MachineProbe<Thing> = (
  thing: Thing,
  transport: () => Transport,
  request: RequestOptions,
) => Promise<boolean>

/**
 * Makes a probe that remembers what the running kernel has, which stays true. What a question would load is taken for
 * known: a plan loads no module.
 *
 * @param knows asks the kernel; `undefined` where it may not be asked
 */
export function machineProbe<Thing>(
  wouldLoad: (thing: Thing) => boolean,
  knows: (thing: Thing, connection: Connection, request: RequestOptions) => Promise<boolean | undefined>,
): MachineProbe<Thing> {
  const known = new Set<Thing>()
  return async (thing, transport, request) => {
    if (known.has(thing) || wouldLoad(thing)) return false
    using connection = new Connection(transport())
    const lacks = (await knows(thing, connection, request)) === false
    if (!lacks) known.add(thing)
    return lacks
  }
}

/** Asks of each thing in each namespace once, however many steps need it. */
export function onceAPlan<Thing>(
  ask: (thing: Thing, namespace: string | undefined) => Promise<boolean> | undefined,
): (thing: Thing, namespace: string | undefined) => Promise<boolean> {
  const answers = new Map<string, Promise<boolean>>()
  return (thing, namespace) => {
    const key = `${namespace ?? ''}/${thing}`
    const answer = answers.get(key) ?? ask(thing, namespace) ?? Promise.resolve(false)
    answers.set(key, answer)
    return answer
  }
}
