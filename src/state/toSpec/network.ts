import { defined } from '../../spec/omit.js'
import { protocolToSpec } from '../../spec/protocolToSpec.js'
import type { LinkSpec, NeighborSpec, NetworkSpec, PackedSnapshot, RuleSpec, Snapshot } from '../../spec/types.js'
import { isWholeText } from '../../spec/wholeText.js'
import { eachInTurns, mapInTurns } from '../../system/inTurns.js'
import { rest } from '../../system/turns.js'
import { noFirewall } from '../firewall/firewall.js'
import type { NetworkState } from '../model.js'
import { isLastingNeighbor } from '../neighbor.js'
import { allRoutes } from '../packedState.js'
import { type RuleRecord, ruleName } from '../rule.js'
import { entriesToSpec } from './entries.js'
import { confineToSpec, natToSpec } from './firewall.js'
import { addressesToSpec, linkToSpec } from './link.js'
import { nameable } from './nameable.js'
import { nexthopToSpec } from './nexthop.js'
import { packedRoutesToSpec, routesToSpec } from './routes.js'
import type { SpecOptions } from './specOptions.js'
import { sysctlToSpec } from './sysctl.js'
import { withWholeTexts } from './wholeTexts.js'

/** RTPROT_KERNEL: the three rules that every namespace begins with. */
const kernelProtocol = 2

/** A namespace as a spec: applied to itself it changes nothing, applied to an empty one it makes the same. */
export async function networkToSpec(state: NetworkState, options: SpecOptions): Promise<Snapshot> {
  const told = await nameable(state, options)
  const routes = await routesToSpec(told, options)
  return { ...(await restToSpec(told, options)), ...(routes.length > 0 ? { routes } : {}) }
}

/** {@link networkToSpec} with the routes packed. */
export async function networkToPackedSpec(state: NetworkState, options: SpecOptions): Promise<PackedSnapshot> {
  const told = await nameable(state, options)
  const routes = await packedRoutesToSpec(await allRoutes(told), options)
  return { ...(await restToSpec(told, options)), ...(routes.size > 0 ? { routes } : {}) }
}

/** Everything but the routes. */
async function restToSpec(state: NetworkState, options: SpecOptions): Promise<Omit<NetworkSpec, 'routes'>> {
  const { own, secrets } = options
  const { firewall = noFirewall } = state.firewall ?? {}
  const links: LinkSpec[] = []
  for (const record of state.links.values()) {
    await rest()
    const link = {
      ...linkToSpec(record, await addressesToSpec(record, options), secrets, state.links),
      ...sysctlToSpec(record, state.sysctlDefaults),
      ...confineToSpec(firewall.confinements.get(record.link.name)),
    }
    links.push(withWholeTexts(link))
  }
  const nat = natToSpec(firewall)
  const nexthops = await mapInTurns(state.nexthops, (nexthop) => nexthopToSpec(nexthop, own))
  const rules = await namedRules(state.rules, options)
  const lasting = state.neighbors.filter((one) => isLastingNeighbor(one) && typeof one.dev === 'string')
  const neighbors = await mapInTurns(lasting, neighborToSpec)
  return {
    links,
    ...(nexthops.length > 0 ? { nexthops } : {}),
    ...(rules.length > 0 ? { rules } : {}),
    ...(neighbors.length > 0 ? { neighbors } : {}),
    ...(await entriesToSpec(state)),
    forwarding: state.forwarding,
    ...(nat ? { nat } : {}),
  }
}

/** The rules that somebody made, the first of each family, priority and selectors: that is what a spec names one by. */
async function namedRules(rules: readonly RuleRecord[], { own, onLeftOut }: SpecOptions): Promise<RuleSpec[]> {
  const named = new Map<string, RuleSpec>()
  await eachInTurns(rules, (rule) => {
    if (rule.protocol === kernelProtocol) return
    const name = ruleName(rule)
    const spec = ruleToSpec(rule, own)
    if (![rule.iif, rule.oif].every((link) => isWholeText(link ?? ''))) onLeftOut?.({ rule: spec, reason: 'name' })
    else if (named.has(name)) onLeftOut?.({ rule: spec, reason: 'behind' })
    else named.set(name, spec)
  })
  return [...named.values()]
}

function ruleToSpec(rule: RuleRecord, own: number): RuleSpec {
  const { family, priority, protocol, tunnelId, ...others } = rule
  const known = { ...others, ...listedOnly }
  const familyNeeded = family === 'inet6' && rule.from === undefined && rule.to === undefined
  return {
    ...defined({ priority: priority ?? 0, family: familyNeeded ? family : undefined }),
    ...defined(known),
    ...defined({
      tunnelId: tunnelId === undefined ? undefined : Number(tunnelId),
      protocol: protocolToSpec(protocol, own),
    }),
  }
}

/** What a listed rule tells besides. */
const listedOnly = {
  flags: undefined,
  unknown: undefined,
  detachedIif: undefined,
  detachedOif: undefined,
  unresolved: undefined,
}

function neighborToSpec(neighbor: NetworkState['neighbors'][number]): NeighborSpec {
  const { dev, address, mac, state, proxy, router, externallyLearned, managed } = neighbor
  const isPermanent = externallyLearned && state === 'permanent'
  return {
    dev: String(dev),
    address,
    ...defined({
      mac: proxy || managed ? undefined : mac,
      state: state === 'noarp' || isPermanent ? state : undefined,
      externallyLearned: externallyLearned || undefined,
      managed: managed || undefined,
      proxy: proxy || undefined,
      router: router || undefined,
    }),
  }
}
