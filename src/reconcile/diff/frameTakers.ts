import { addToGroup } from '../../grouped.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import { sectionOf } from '../../state/link.js'
import { eachInTurns } from '../../system/inTurns.js'
import { lowersOf } from '../reach/dependents.js'
import type { DiffContext } from './context.js'
import { desiredLink, kindOf } from './lookup.js'

/** What takes all frames of a device once the plan is done: its master, or a link that stands on it. */
interface Taker {
  readonly name: string
  /** What it takes them as; several of one sort share them, but for masters. */
  readonly sort: string
  /** Where the spec says so; left out for what stays as it is. */
  readonly path?: string
}

/**
 * Refuses what takes the frames of a device that hands them to something else, or to nothing: net/core/dev.c,
 * netdev_rx_handler_register.
 */
export async function checkFrameTakers(context: DiffContext): Promise<void> {
  if (!context.owner) return
  const takers = await takersByDevice(context)
  await eachInTurns([...takers], ([device, all]) => {
    const said = all.findLast(({ path }) => path !== undefined)
    if (said?.path === undefined) return
    const kind = kindOf(context, device) ?? ''
    const other = all.find(({ sort }) => sort !== said.sort)
    if (linkKind(kind)?.keepsFrames) {
      const message = `${device} is a ${kind}, which hands its frames to no ${said.sort} such as ${said.name}`
      context.problems.push({ path: said.path, message })
    } else if (other) {
      const both = [other, said].map(({ name, sort }) => `the ${sort} ${name}`).join(' and ')
      context.problems.push({ path: said.path, message: `${device} cannot hand its frames to both ${both}` })
    }
  })
}

async function takersByDevice(context: DiffContext): Promise<Map<string, Taker[]>> {
  const takers = new Map<string, Taker[]>()
  const { desired, actual, recreated } = context
  const names = new Set([...actual.links.keys(), ...desired.links.map(({ name }) => name)])
  await eachInTurns([...names], (name) => {
    const { absent, path, properties = {}, elsewhere } = desiredLink(context, name) ?? {}
    if (absent) return
    const former: Partial<ListedLink> = recreated.has(name) ? {} : (actual.links.get(name)?.link ?? {})
    const kind = properties.kind ?? former.kind ?? ''
    const master = properties.master === undefined ? former.master : properties.master
    const { takesFramesAs, hasPorts } = linkKind(kind) ?? {}
    const isHere = elsewhere === undefined && former.linkNamespaceId === undefined
    if (takesFramesAs !== undefined && !hasPorts && isHere) {
      const said = path !== undefined && lowersOf({ ...properties, kind }).length > 0
      const taker: Taker = { name, sort: takesFramesAs, ...(said ? { path: `${path}/${kind}` } : {}) }
      const options = { ...sectionOf(former, kind), ...sectionOf(properties, kind) }
      for (const device of lowersOf({ kind, [kind]: options })) addToGroup(takers, device, taker)
    }
    const { takesFramesAs: sort } = linkKind(typeof master === 'string' ? (kindOf(context, master) ?? '') : '') ?? {}
    if (typeof master !== 'string' || sort === undefined) return
    const said = path !== undefined && properties.master !== undefined
    addToGroup(takers, name, { name: master, sort, ...(said ? { path: `${path}/master` } : {}) })
  })
  return takers
}
