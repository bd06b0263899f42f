import type { Problem } from '../../error.js'
import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { isReservedName, reservedNameMessage } from '../../state/reservedNames.js'
import { kernelIsAtLeast } from '../../system/kernelRelease.js'
import type { Operation } from '../steps/operation.js'
import { tag } from '../steps/order.js'
import { Phase, type PlannedStep } from '../steps/step.js'
import { describeMatch, matchedLink, ownerOfAltName, takenNames } from './match.js'
import { freeName, type Rename, renameOrder } from './order.js'

/** What links of a namespace are to be renamed. */
export interface Renaming {
  /** What is wanted, by the new names. */
  readonly desired: DesiredNetwork
  /** New names by the former ones. */
  readonly names: ReadonlyMap<string, string>
  readonly steps: readonly PlannedStep[]
  /** Links, by their new names, that are taken down for it. */
  readonly bounced: ReadonlySet<string>
}

/** A device that is up changes its name since Linux 6.2 (net/core/dev.c, dev_change_name). */
export function renamesLive(): boolean {
  return kernelIsAtLeast(6, 2)
}

/** Works out which links have another name than they are to have. */
export function planRenames(
  namespace: string,
  network: DesiredNetwork,
  state: NetworkState,
  problems: Problem[],
  live = renamesLive(),
): Renaming {
  const names = new Map<string, string>()
  const paths = new Map<string, string>()
  const links: DesiredLink[] = []
  const evicted: DesiredLink[] = []
  for (const wanted of network.links) {
    const before = problems.length
    const record = matchedLink(wanted, state, problems)
    if (problems.length > before) continue
    if (!record) {
      if (isMissing(wanted, state, problems)) links.push(wanted)
      continue
    }
    const { name } = record.link
    if (wanted.absent) {
      links.push({ ...wanted, name })
      continue
    }
    links.push(wanted)
    if (name === wanted.name) continue
    // One without IPv6 gets it: net/ipv6/addrconf.c, addrconf_notify.
    const hasIpv6 = record.link.addressGenerationMode !== undefined
    if (isReservedName(wanted.name) && hasIpv6 && wanted.index === undefined) {
      problems.push({ path: `${wanted.path}/name`, message: reservedNameMessage(wanted.name) })
    }
    if (names.has(name)) {
      const message = `the link ${name} would get two names: ${names.get(name)} and ${wanted.name}`
      problems.push({ path: `${wanted.path}/match`, message })
    } else {
      names.set(name, wanted.name)
      if (wanted.path !== undefined) paths.set(name, wanted.path)
    }
  }
  if (names.size === 0) return { desired: { ...network, links }, names, steps: [], bounced: new Set() }
  const formers = new Map([...names].map(([from, to]) => [to, from]))
  for (const { name, index } of links) {
    const former = formers.get(name)
    if (former !== undefined) makeRoom(name, former, index !== undefined, { names, paths, state, problems, evicted })
  }
  const bounced = new Set<string>()
  const steps = renameOrder(names, takenNames(state)).map((rename) => {
    const link = state.links.get(rename.first)?.link
    const bounce = link?.up === true && !live
    if (bounce) bounced.add(rename.last)
    // The kernel takes no name that is an alternative one, not even of the same link.
    const removedAltNames = (link?.altNames ?? []).filter((altName) => altName === rename.to)
    return renameStep(namespace, rename, paths.get(rename.first), {
      kind: link?.kind,
      removedAltNames,
      bounce,
    })
  })
  return { desired: { ...network, links: [...links, ...evicted] }, names, steps, bounced }
}

/** Whether a wish without a link that it matches can stay: it is to be created, or it has been brought about already. */
function isMissing(wanted: DesiredLink, { links }: NetworkState, problems: Problem[]): boolean {
  if (!wanted.match) return true
  if (wanted.absent) return false
  const there = links.get(wanted.name)?.link
  const wasGivenAnother = there?.mac !== undefined && there.mac === wanted.properties.mac
  if (wasGivenAnother || (!there && wanted.properties.kind !== undefined)) return true
  const message = `no link has ${describeMatch(wanted)}${there ? `, and ${wanted.name} is another one` : ''}`
  problems.push({ path: `${wanted.path}/match`, message })
  return false
}

interface Room {
  readonly names: Map<string, string>
  readonly paths: ReadonlyMap<string, string>
  readonly state: NetworkState
  readonly problems: Problem[]
  readonly evicted: DesiredLink[]
}

/** A new name must be free by then. Where things are put back, whatever came under it since goes. */
function makeRoom(
  name: string,
  former: string,
  putsBack: boolean,
  { names, paths, state, problems, evicted }: Room,
): void {
  const path = `${paths.get(former) ?? ''}/name`
  const occupant = state.links.get(name)
  if (occupant && !names.has(name)) {
    if (putsBack) {
      const aside = freeName(new Set([...takenNames(state), ...names.values()]))
      names.set(name, aside)
      evicted.push({ name: aside, absent: true, properties: {} })
    } else {
      const message = `the link ${former} cannot be named ${name}, since another link has that name`
      problems.push({ path, message, hint: `give ${name} another name in the same spec, with match` })
    }
  }
  const other = ownerOfAltName(name, state)
  if (other && other.link.name !== former) {
    const message = `the link ${former} cannot be named ${name}, which is an alternative name of ${other.link.name}`
    problems.push({ path, message })
  }
}

function renameStep(
  namespace: string,
  { from, to }: Rename,
  path: string | undefined,
  how: Pick<Extract<Operation, { type: 'renameLink' }>, 'kind' | 'removedAltNames' | 'bounce'>,
): PlannedStep {
  return {
    action: 'update',
    object: 'link',
    id: from,
    ...(namespace === '' ? {} : { namespace }),
    changes: [{ property: 'name', before: from, after: to }],
    ...(path === undefined ? {} : { path }),
    disruption: how.bounce ? 'link-bounce' : 'none',
    phase: Phase.rename,
    provides: [],
    needs: [tag(namespace, 'namespace')],
    operation: { type: 'renameLink', name: from, to, ...how },
  }
}
