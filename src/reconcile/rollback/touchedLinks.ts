import { nearPeerOf } from '../../rtnetlink/pair.js'
import type { NetworkState } from '../../state/model.js'
import { eachInTurns, groupedInTurns } from '../../system/inTurns.js'
import { takenAlong } from '../reach/dependents.js'
import type { FormerNames } from '../renames/formerNames.js'
import { newMasterOf } from '../steps/operation.js'
import type { PlannedStep } from '../steps/step.js'

/** The links that steps name, and those that share their fate: ports, what stands on them, the other end of a pair. */
export async function touchedLinks(
  before: NetworkState,
  steps: readonly PlannedStep[],
  names: FormerNames,
  switched: readonly string[],
): Promise<ReadonlySet<string>> {
  const touched = new Set<string>([...names.renamed, ...names.given])
  const bridges = new Set<string>()
  const addMaster = (name: string): void => {
    // A bridge may change with a port, but none of its other ports does.
    if (before.links.get(name)?.link.kind === 'bridge') bridges.add(name)
    else touched.add(name)
  }
  await eachInTurns(steps, ({ operation }) => {
    if (operation.type === 'createLink') {
      touched.add(names.of(operation.link.name))
      const peer = nearPeerOf(operation.link)
      if (peer !== undefined) touched.add(peer)
    }
    if (operation.type === 'setSysctl') touched.add(names.of(operation.name))
    if (operation.type === 'updateLink' || operation.type === 'deleteLink') touched.add(names.of(operation.name))
    // A bridge without a MAC or an MTU of its own takes those of its ports.
    const newMaster = newMasterOf(operation)
    if (newMaster !== undefined) addMaster(names.of(newMaster))
    if ('entry' in operation) touched.add(names.of(String(operation.entry.dev)))
    if (operation.type === 'setQdisc') touched.add(names.of(operation.dev))
    if (operation.type === 'setVnis') touched.add(names.of(operation.dev))
    if (operation.type === 'setVlans' || operation.type === 'setGlobalVlans') touched.add(names.of(operation.dev))
    if ('address' in operation) touched.add(names.of(String(operation.address.dev)))
  })
  const ports = await groupedInTurns(before.links.values(), ({ link }) => String(link.master))
  // It grows meanwhile.
  await eachInTurns(touched, (name) => {
    const formerMaster = before.links.get(name)?.link.master
    if (typeof formerMaster === 'string') addMaster(formerMaster)
    for (const other of takenAlong(name, before)) touched.add(other)
    for (const { link } of ports.get(name) ?? []) touched.add(link.name)
  })
  for (const name of bridges) for (const one of [name, ...takenAlong(name, before)]) touched.add(one)
  for (const [name, { sysctl = {} }] of switched.length > 0 ? before.links : []) {
    if (switched.some((setting) => sysctl[setting] !== undefined)) touched.add(name)
  }
  return touched
}
