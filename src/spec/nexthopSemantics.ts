import { familyOf } from '../ip/address.js'
import type { Path } from './pointer.js'
import type { Report } from './report.js'
import type { NexthopObjectSpec, RouteSpec } from './types.js'

/** What is wrong with the nexthop objects of one namespace, and with how routes use them. */
export function* nexthopProblems(
  nexthops: readonly NexthopObjectSpec[],
  routes: readonly RouteSpec[],
  path: Path,
  report: Report,
): Generator<void> {
  const byId = new Map<number, NexthopObjectSpec>()
  for (const [index, nexthop] of nexthops.entries()) {
    yield
    const at = [...path, 'nexthops', index]
    if (byId.has(nexthop.id)) report([...at, 'id'], `the nexthop ${nexthop.id} is listed twice`)
    byId.set(nexthop.id, nexthop)
    if (nexthop.absent) absentProblems(nexthop, at, report)
    else if (nexthop.group) groupOnlyProblems(nexthop, at, report)
    else singleProblems(nexthop, at, report)
  }
  for (const [index, { absent, group, fdb }] of nexthops.entries()) {
    yield
    if (absent || !group) continue
    const at = [...path, 'nexthops', index, 'group']
    memberProblems(group, fdb ?? false, byId, at, report)
  }
  for (const [index, { absent, nexthopId }] of routes.entries()) {
    yield
    const nexthop = absent || nexthopId === undefined ? undefined : byId.get(nexthopId)
    const at = [...path, 'routes', index, 'nexthopId']
    if (nexthop?.absent) report(at, `the nexthop ${nexthopId} is absent`)
    if (nexthop?.fdb) report(at, `the nexthop ${nexthopId} is for forwarding databases, and no route can use it`)
  }
}

function absentProblems(nexthop: NexthopObjectSpec, at: Path, report: Report): void {
  for (const property of Object.keys(nexthop)) {
    if (property === 'id' || property === 'absent') continue
    report([...at, property], `the nexthop ${nexthop.id} is absent, so ${property} cannot be said of it`)
  }
}

const ofSingles = ['via', 'dev', 'onlink', 'blackhole', 'family', 'encapsulation'] as const
const ofGroups = ['type', 'buckets', 'idleTimer', 'unbalancedTimer'] as const
const ofResilient = ['buckets', 'idleTimer', 'unbalancedTimer'] as const

function groupOnlyProblems(nexthop: NexthopObjectSpec, at: Path, report: Report): void {
  for (const property of ofSingles) {
    if (nexthop[property] !== undefined) report([...at, property], `a group has no ${property}: its members have`)
  }
  if (nexthop.type !== 'resilient') {
    for (const property of ofResilient) {
      if (nexthop[property] !== undefined) report([...at, property], `only a resilient group has ${property}`)
    }
  }
}

function singleProblems(nexthop: NexthopObjectSpec, at: Path, report: Report): void {
  const { id, via, dev, blackhole, fdb, onlink, family, encapsulation } = nexthop
  for (const property of ofGroups) {
    if (nexthop[property] !== undefined) report([...at, property], `${property} is for groups, and group is missing`)
  }
  if (blackhole) {
    if (via !== undefined || dev !== undefined || onlink || fdb || encapsulation) {
      report(at, 'a blackhole leads nowhere: via, dev, onlink, fdb and encapsulation cannot be given')
    }
  } else if (fdb) {
    if (via === undefined) report(at, `the nexthop ${id} needs via`)
    if (dev !== undefined || onlink || encapsulation) {
      report(at, 'what is for forwarding databases has neither dev, onlink nor encapsulation')
    }
  } else if (dev === undefined) {
    report(at, via === undefined ? `the nexthop ${id} needs dev, group or blackhole` : `the nexthop ${id} needs dev`)
  }
  if (onlink && via === undefined) report([...at, 'onlink'], 'onlink needs via')
  if (via !== undefined && family !== undefined && familyOf(via) !== family) {
    report([...at, 'via'], `${via} is not of the family ${family}`)
  }
}

function memberProblems(
  group: NonNullable<NexthopObjectSpec['group']>,
  fdb: boolean,
  byId: ReadonlyMap<number, NexthopObjectSpec>,
  at: Path,
  report: Report,
): void {
  const seen = new Set<number>()
  for (const [index, entry] of group.entries()) {
    const id = typeof entry === 'number' ? entry : entry.id
    const member = byId.get(id)
    if (seen.has(id)) report([...at, index], `the nexthop ${id} is in the group twice`)
    seen.add(id)
    if (member?.absent) report([...at, index], `the nexthop ${id} is absent`)
    if (member?.group) report([...at, index], `the nexthop ${id} is a group, and cannot be in one`)
    if (member?.blackhole && group.length > 1) {
      report([...at, index], `the nexthop ${id} is a blackhole, which can only be alone in a group`)
    }
    if (member && !member.absent && !member.group && (member.fdb ?? false) !== fdb) {
      report(
        [...at, index],
        fdb ? `the nexthop ${id} is not for forwarding databases` : `the nexthop ${id} is for forwarding databases`,
      )
    }
  }
}
