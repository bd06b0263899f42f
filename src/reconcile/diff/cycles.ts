import type { Link } from '../../rtnetlink/link.js'
import { sectionOf } from '../../state/link.js'
import { eachInTurns } from '../../system/inTurns.js'
import { lowersOf } from '../reach/dependents.js'
import type { DiffContext } from './context.js'

/**
 * Refuses links that would stand on themselves, as the spec and what it does not mention have it together. The kernel
 * refuses that too, but only when half the work is done (net/core/dev.c, __netdev_upper_dev_link).
 */
export async function checkCycles(context: DiffContext): Promise<void> {
  const uppers = await uppersOf(context)
  const reported = new Set<string>()
  await eachInTurns(context.desired.links, ({ name, absent, path }) => {
    if (absent || reported.has(name)) return
    const cycle = cycleFrom(name, uppers)
    if (!cycle) return
    for (const link of cycle) reported.add(link)
    context.problems.push({
      path: path ?? '',
      message: `the links form a cycle, each below the next: ${[...cycle, name].join(' -> ')}`,
    })
  })
}

/** What stands on each link: its master, and the devices that are made on it. */
async function uppersOf({ desired, actual }: DiffContext): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const wanted = new Map(desired.links.map((link) => [link.name, link]))
  const uppers = new Map<string, Set<string>>()
  const add = (lower: string, upper: string): void => {
    const others = uppers.get(lower)
    if (others) others.add(upper)
    else uppers.set(lower, new Set([upper]))
  }
  await eachInTurns(new Set([...actual.links.keys(), ...wanted.keys()]), (name) => {
    const link = wanted.get(name)
    if (link?.absent) return
    const properties = link?.properties ?? {}
    const there: Partial<Link> = actual.links.get(name)?.link ?? {}
    const { master = there.master, kind = there.kind } = properties
    if (typeof master === 'string') add(name, master)
    if (kind === undefined) return
    const options = { ...sectionOf(there, kind), ...sectionOf(properties, kind) }
    for (const lower of lowersOf({ kind, [kind]: options })) add(lower, name)
  })
  return uppers
}

/** The links from one back to itself, the shortest way; with a queue, since links can be stacked deeper than calls. */
function cycleFrom(start: string, uppers: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const cameFrom = new Map<string, string>()
  const queue = [start]
  for (const link of queue) {
    for (const upper of uppers.get(link) ?? []) {
      if (upper === start) return trail(link, cameFrom)
      if (cameFrom.has(upper)) continue
      cameFrom.set(upper, link)
      queue.push(upper)
    }
  }
  return undefined
}

function trail(end: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const links = [end]
  for (let link = cameFrom.get(end); link !== undefined; link = cameFrom.get(link)) links.unshift(link)
  return links
}
