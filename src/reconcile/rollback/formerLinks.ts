import { grouped } from '../../grouped.js'
import type { Address, ListedAddress } from '../../rtnetlink/address.js'
import type { Link } from '../../rtnetlink/link.js'
import { emptyProperties } from '../../rtnetlink/linkProperties.js'
import { isManageable } from '../../state/address.js'
import type { DesiredLink } from '../../state/desired.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'
import { marksOf } from '../../state/owner.js'
import { mayFollowPorts } from '../../state/portsMtu.js'
import { changedSysctls, type SysctlsRead } from '../../state/sysctl.js'
import { canTakeToken } from '../../state/token.js'
import { mapInTurns } from '../../system/inTurns.js'
import { rest } from '../../system/turns.js'
import { asItWas } from '../losses/asItWas.js'
import { switchedForwarding } from '../losses/forwardingOfLinks.js'
import { settableProperties } from '../losses/settableProperties.js'
import { linksRemade } from '../reach/linksRemade.js'
import type { Reach } from '../reach/reach.js'
import { formerNamesOf } from '../renames/formerNames.js'
import type { Operation } from '../steps/operation.js'
import type { PlannedStep } from '../steps/step.js'
import { featuresOfRemade } from './featuresOfRemade.js'
import { formerOptions } from './formerOptions.js'
import { type MadeLink, madeLinks } from './madeLinks.js'
import { operationsByLink } from './operationsByLink.js'
import { touchedLinks } from './touchedLinks.js'

export async function formerLinks(
  before: NetworkState,
  steps: readonly PlannedStep[],
  reach: Reach,
  isDone: (step: PlannedStep) => boolean,
  led: readonly MadeLink[],
): Promise<DesiredLink[]> {
  const names = formerNamesOf(steps)
  await rest()
  const remade = await linksRemade(steps, steps[0]?.namespace ?? '', before)
  await rest()
  const operations = operationsByLink(steps, names)
  await rest()
  const made = await madeLinks(steps, led)
  const done = steps.filter(isDone)
  const deleted = deletedLinks(done)
  await rest()
  const marked = grouped(done.flatMap(markings), ({ name }) => name)
  const switched = switchedForwarding(steps).map((family) => `${family}/forwarding`)
  await rest()
  const altNames = new Set([...before.links.values()].flatMap(({ link }) => link.altNames ?? []))
  // What was not there and is not made by them is somebody else's, and an alternative name becomes one again.
  const touched = [...(await touchedLinks(before, steps, names, switched))].filter(
    (name) => before.links.has(name) || (made.has(name) && !altNames.has(name)),
  )
  return await mapInTurns(touched, (name): DesiredLink => {
    const record = before.links.get(name)
    const marks = marked.get(name)?.map(({ mark }) => mark)
    if (!record) return { name, absent: true, properties: {}, ...(marks ? { marks } : {}) }
    const own = operations.get(name) ?? []
    const isRemade = remade.has(name)
    const settings = formerSysctl(record, own, isRemade ? before.sysctlDefaults : undefined, switched)
    const { ipv6Token, ...link } = record.link
    const successors = made.has(name) ? marks : deleted.has(name) ? [] : undefined
    const isTokenLost = isRemade && !canTakeToken(before.forwarding.ipv6, settings)
    return {
      ...formerLink(isTokenLost ? { ...record, link } : record, reach, isRemade ? before.links : undefined, own),
      ...(settings ? { sysctl: settings } : {}),
      ...formerQdiscs(record, own, isRemade),
      // A link that has got another name is known by its index, as is one that nothing takes away.
      ...(names.renamed.has(name) || !isRemade ? { index: record.link.index } : {}),
      ...(isRemade ? { ...(successors ? { successors } : {}), madeKinds: made.get(name) ?? [] } : { stays: true }),
    }
  })
}

/** The qdiscs of a link whose qdiscs steps change, or that is made anew; where they were not read, nothing. */
function formerQdiscs(
  { qdiscs }: LinkRecord,
  operations: readonly Operation[],
  isRemade: boolean,
): Pick<DesiredLink, 'qdisc' | 'ingressQdisc'> {
  const changed = operations.some(({ type }) => type === 'setQdisc')
  if (!qdiscs || !(changed || isRemade)) return {}
  return { qdisc: qdiscs.root ?? null, ingressQdisc: qdiscs.ingress ?? null }
}

/** What the settings that steps write were; of a link that is made anew, also what a new one has otherwise. */
function formerSysctl(
  { link, sysctl = {} }: LinkRecord,
  operations: readonly Operation[],
  defaults: SysctlsRead | undefined,
  switched: readonly string[],
): DesiredLink['sysctl'] {
  const written = operations.flatMap((one) => (one.type === 'setSysctl' ? Object.keys(one.values) : []))
  const known = [...switched, ...written].flatMap((setting): [string, string][] => {
    const value = sysctl[setting]
    return value === undefined ? [] : [[setting, value]]
  })
  const settings = { ...(defaults ? changedSysctls(sysctl, defaults, link.mtu) : {}), ...Object.fromEntries(known) }
  return Object.keys(settings).length === 0 ? undefined : settings
}

/** What a link has that tells nothing of these. */
const empty: Partial<Link> = { ...emptyProperties, altNames: [] }

function formerLink(
  { link, addresses, elsewhere }: LinkRecord,
  reach: Reach,
  linksOfRemade: ReadonlyMap<string, LinkRecord> | undefined,
  operations: readonly Operation[],
): DesiredLink {
  const features = linksOfRemade ? featuresOfRemade(link, operations) : link.features
  const followsPorts = linksOfRemade !== undefined && mayFollowPorts(link, linksOfRemade)
  const had = settableProperties(link, followsPorts ? ['mtu'] : [])
  return {
    name: link.name,
    absent: false,
    properties: {
      ...had,
      ...Object.fromEntries(Object.entries(empty).filter(([name]) => !(name in had))),
      ...formerOptions(link, operations),
      ...(features && Object.keys(features).length > 0 ? { features } : {}),
    },
    ...(reach.takesAddresses(link.name) ? { addresses: addresses.filter(isManageable).map(withoutFurther) } : {}),
    exact: true,
    marks: marksOf(link),
    ...(elsewhere ? { elsewhere } : {}),
  }
}

/** Says of an address also what it has not, since what is not stated would be left as the steps made it. */
function withoutFurther(address: ListedAddress): Address {
  return {
    metric: 0,
    noPrefixRoute: false,
    validLifetime: 'forever',
    preferredLifetime: 'forever',
    ...asItWas(address),
  }
}

function deletedLinks(steps: readonly PlannedStep[]): ReadonlySet<string> {
  return new Set(steps.flatMap(({ operation }) => (operation.type === 'deleteLink' ? [operation.name] : [])))
}

/** The marks that a step has given to links. */
function markings({ operation }: PlannedStep): { readonly name: string; readonly mark: string }[] {
  if (operation.type === 'createLink') {
    return marksOf(operation.link).map((mark) => ({ name: operation.link.name, mark }))
  }
  if (operation.type !== 'updateLink') return []
  return marksOf({ altNames: operation.addedAltNames }).map((mark) => ({ name: operation.name, mark }))
}
