import type { Problem } from '../error.js'
import { eachInTurns } from '../system/inTurns.js'
import { fdbProblems, mdbProblems, vlanProblems } from './bridgeSemantics.js'
import { confineProblems, natProblems } from './firewallSemantics.js'
import { linkProblems } from './linkSemantics.js'
import { nexthopProblems } from './nexthopSemantics.js'
import { type Path, pointer, shown } from './pointer.js'
import type { Report } from './report.js'
import { isSingleRoute, loadedRoutes } from './routeEntries.js'
import { neighborProblems, routeProblems } from './routeSemantics.js'
import { ruleProblems } from './ruleSemantics.js'
import type { NetworkSpec, Spec } from './types.js'
import { vniProblems } from './vniSemantics.js'
import { halfCharacter, isWholeText } from './wholeText.js'

/** What is wrong with a spec whose shape is right: contradictions, double names, things that cannot be. */
export function semanticProblems(spec: Spec): Problem[] {
  const problems: Problem[] = []
  for (const _ of specProblems(spec, reportTo(problems)));
  return problems
}

/** The same in turns of the event loop. */
export async function semanticProblemsInTurns(spec: Spec): Promise<Problem[]> {
  const problems: Problem[] = []
  await eachInTurns(specProblems(spec, reportTo(problems)), () => {})
  return problems
}

/** Looks at a spec an item at a time. */
function* specProblems(spec: Spec, report: Report): Generator<void> {
  yield* networkProblems(spec, [], report)
  for (const [name, network] of Object.entries(spec.namespaces ?? {})) {
    const path = ['namespaces', name]
    if (!/^[^/\0]{1,255}$/.test(name) || name === '.' || name === '..') {
      report(path, `a namespace's name is one path element, not ${JSON.stringify(name)}`)
    } else if (!isWholeText(name)) report(path, halfCharacter)
    yield* networkProblems(network, path, report)
  }
}

/** Notes what is wrong in a list. */
export function reportTo(problems: Problem[]): Report {
  return (path, message, details = {}) => {
    problems.push({
      path: pointer(path),
      message,
      ...(details.found === undefined ? {} : { found: shown(details.found) }),
      ...(details.hint === undefined ? {} : { hint: details.hint }),
    })
  }
}

function* networkProblems(network: NetworkSpec, path: Path, report: Report): Generator<void> {
  const links = network.links ?? []
  const atLinks = [...path, 'links']
  yield* linkProblems(links, atLinks, report)
  yield* confineProblems(links, atLinks, report)
  yield* natProblems(network.nat ?? {}, [...path, 'nat'], report)
  yield* routeProblems(loadedRoutes(network), [...path, 'routes'], report)
  yield* nexthopProblems(network.nexthops ?? [], loadedRoutes(network).filter(isSingleRoute), path, report)
  yield* ruleProblems(network.rules ?? [], [...path, 'rules'], report)
  yield* vlanProblems(links, atLinks, report)
  yield* vniProblems(links, atLinks, report)
  yield* fdbProblems(network.fdb ?? [], [...path, 'fdb'], report)
  yield* mdbProblems(network.mdb ?? [], [...path, 'mdb'], report)
  yield* neighborProblems(network.neighbors ?? [], [...path, 'neighbors'], report)
}
