import { apply, plan } from '../../src/reconcile/apply.js'
import type { KernelMaker } from '../../src/reconcile/world/kernel.js'
import { type CorpusCase, corpus } from './corpus/index.js'
import { IpMonitor } from './monitor.js'
import { Stage } from './stage.js'

/** Something that a plan without disruption must not do. */
export interface Breach {
  readonly title: string
  readonly what: string
}

/** What the campaign saw. */
export interface WitnessReport {
  applies: number
  /** Plans that say they interrupt something; these are not watched. */
  disruptive: number
  notifications: number
  readonly breaches: Breach[]
}

/** Objects by what names them, as `ip` shows them. */
type Inventory = ReadonlyMap<string, string>

/** Applies each case whose plan interrupts nothing, under the eyes of `ip monitor`. */
export async function witnessCampaign(
  cases: readonly CorpusCase[] = corpus,
  kernel?: KernelMaker,
): Promise<WitnessReport> {
  const report: WitnessReport = { applies: 0, disruptive: 0, notifications: 0, breaches: [] }
  for (const play of cases) {
    using stage = await Stage.of(play)
    const spec = stage.named(play.target)
    const planned = await plan(spec, { namespace: stage.place.namespace })
    if (planned.err) throw planned.val
    if (planned.val.disruption !== 'none') {
      report.disruptive++
      continue
    }
    const before = inventoryOf(stage)
    const monitor = await IpMonitor.start(stage.namespace)
    try {
      const result = await apply(spec, { ...stage.place, ...(kernel ? { kernel } : {}) })
      if (result.err) throw result.val
      const told = await monitor.take()
      report.applies++
      report.notifications += told.length
      for (const what of breachesOf(told, before, inventoryOf(stage))) report.breaches.push({ title: play.title, what })
    } finally {
      await monitor.stop()
    }
  }
  return report
}

/** What is there: links that are up, default routes, and what else stays. */
function inventoryOf({ namespace }: Stage): Inventory {
  const inventory = new Map<string, string>()
  const add = (view: string, lines: string, keyOf: (line: string) => string | undefined): void => {
    for (const line of lines.split('\n')) {
      const key = keyOf(line)
      if (key !== undefined) inventory.set(`${view} ${key}`, line)
    }
  }
  add('link', namespace.sh('ip -o link'), (line) => linkOf(line)?.index)
  add('address', namespace.sh('ip -o address'), (line) => addressOf(line))
  for (const family of [4, 6]) {
    add('route', namespace.sh(`ip -o -d -${family} route show table all`), (line) => routeOf(line))
    add('rule', namespace.sh(`ip -o -${family} rule`), (line) => ruleOf(line))
  }
  add('neighbor', namespace.sh('ip -o neighbor show nud permanent'), (line) => neighborOf(line))
  return inventory
}

/** The kinds of line that `ip -o` prints, by what begins them. */
const linkOf = (line: string): { index: string; name: string } | undefined => {
  const [, index, name] = /^(\d+): ([^:@\s]+)(?:@\S+)?: <[^>]*>/.exec(line) ?? []
  return index === undefined || name === undefined ? undefined : { index, name }
}
const addressOf = (line: string): string | undefined => {
  const [, dev, , address, peer = ''] = /^\d+: (\S+) +(inet6?) (\S+)(?: peer (\S+))?/.exec(line) ?? []
  return dev === undefined ? undefined : `${dev} ${address} ${peer}`
}
const routeOf = (line: string): string | undefined => {
  const [, to] =
    /^(?:unicast |blackhole |unreachable |prohibit |throw |local |broadcast |multicast )?(\S+)/.exec(line) ?? []
  if (to === undefined || !/^(default|[\da-f.:]+(\/\d+)?)$/i.test(to) || /^\d+:$/.test(to)) return undefined
  const isIpv6 = to === 'default' ? /\b(pref|via [\da-f]*:|proto ra)/.test(line) : to.includes(':')
  const table = / table (\S+)/.exec(line)?.[1] ?? 'main'
  const metric = / metric (\d+)/.exec(line)?.[1] ?? '0'
  const tos = / tos (\S+)/.exec(line)?.[1] ?? '0'
  // What the kernel makes for a link or an address is told by these.
  const own = / proto kernel/.test(line) ? / dev \S+/.exec(line)?.[0] : ''
  // Of IPv6 several of one key stand beside each other, by their ways.
  const way = isIpv6 ? ` ${/(?: via \S+)?(?: dev \S+)?(?= table| proto)/.exec(line)?.[0] ?? ''}` : ''
  return `${isIpv6 ? 6 : 4} ${to} table ${table} metric ${metric} tos ${tos}${own}${way}`
}
const ruleOf = (line: string): string | undefined =>
  /^\d+:\s+(not )?from /.test(line) ? line.replace(/\s+/g, ' ').trim() : undefined
const neighborOf = (line: string): string | undefined =>
  / PERMANENT/.test(line) ? /^\S+ dev \S+/.exec(line)?.[0] : undefined

/** What of the notifications should not have been. */
function breachesOf(told: readonly string[], before: Inventory, after: Inventory): string[] {
  const breaches: string[] = []
  const stays = (key: string): boolean => before.has(key) && after.has(key)
  const isUp = (line = ''): boolean => /<[^>]*\bUP\b/.test(line)
  const defaults = new Set([...before.keys()].filter((key) => isDefault(key)))
  const wasDefault = familiesOf(defaults)
  const endsDefault = familiesOf(new Set([...after.keys()].filter((key) => isDefault(key))))
  for (const whole of told) {
    const deleted = whole.startsWith('Deleted ')
    const line = whole.replace(/^Deleted /, '').replace(/\s*\\\s*/g, ' ')
    // A bridge tells of its ports by messages of its own.
    if (linkOf(line) !== undefined && !line.includes(' qdisc ')) continue
    const link = linkOf(line)
    if (link !== undefined) {
      const key = `link ${link.index}`
      if (!stays(key)) continue
      if (deleted) breaches.push(`link ${link.name} was deleted: ${line}`)
      else if (!isUp(line) && isUp(before.get(key)) && isUp(after.get(key)))
        breaches.push(`link ${link.name} went down: ${line}`)
      continue
    }
    const [view, key] = keyOf(line)
    if (key === undefined) continue
    const full = `${view} ${key}`
    if (isDefault(full)) {
      if (deleted) defaults.delete(full)
      else defaults.add(full)
      for (const family of wasDefault) {
        if (endsDefault.has(family) && !familiesOf(defaults).has(family))
          breaches.push(`no default route of IPv${family}: ${whole}`)
      }
    }
    if (deleted && stays(full) && (view !== 'route' || before.get(full) === after.get(full))) {
      breaches.push(`${view} was deleted and stays: ${line}`)
    }
  }
  return breaches
}

function keyOf(line: string): [string, string | undefined] {
  const address = addressOf(line)
  if (address !== undefined) return ['address', address]
  const rule = ruleOf(line)
  if (rule !== undefined) return ['rule', rule]
  const neighbor = neighborOf(line)
  return neighbor === undefined ? ['route', routeOf(line)] : ['neighbor', neighbor]
}

function isDefault(key: string): boolean {
  return /^route \d default table main /.test(key)
}

function familiesOf(keys: ReadonlySet<string>): Set<string> {
  return new Set([...keys].map((key) => key.split(' ')[1] ?? ''))
}
