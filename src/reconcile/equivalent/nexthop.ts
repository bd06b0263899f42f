import type { NexthopRecord } from '../../state/nexthop.js'
import { encapsulationWords } from './encapsulation.js'
import { words } from './words.js'

/** The `ip nexthop` command for a nexthop object, and what it leaves out. */
export function nexthopCommands(verb: 'add' | 'replace', nexthop: NexthopRecord): string[] {
  const timers = [
    ['idleTimer', nexthop.idleTimer],
    ['unbalancedTimer', nexthop.unbalancedTimer],
  ] as const
  const broken = timers.flatMap(([name, value]) => (isWhole(value) ? [] : [`${name} ${value}`]))
  const comment = `# ip has no word for ${broken.join(', ')} of nexthop ${nexthop.id}: it takes whole seconds`
  return [nexthopCommand(verb, nexthop), ...(broken.length > 0 ? [comment] : [])]
}

function isWhole(seconds: number | undefined): boolean {
  return seconds === undefined || Number.isInteger(seconds)
}

function nexthopCommand(verb: 'add' | 'replace', nexthop: NexthopRecord): string {
  const { id, family, via, dev, onlink, blackhole, fdb, group, type, protocol, encapsulation } = nexthop
  return words(
    family === 'inet6' && via === undefined ? 'ip -6 nexthop' : 'ip nexthop',
    verb,
    `id ${id}`,
    group && `group ${group.map(memberWord).join('/')}`,
    blackhole && 'blackhole',
    encapsulationWords(encapsulation),
    via !== undefined && `via ${via}`,
    dev !== undefined && `dev ${dev}`,
    onlink && 'onlink',
    fdb && 'fdb',
    type === 'resilient' && resilientWords(nexthop),
    protocol !== undefined && `proto ${protocol}`,
  )
}

function memberWord({ id, weight = 1 }: NonNullable<NexthopRecord['group']>[number]): string {
  return weight === 1 ? String(id) : `${id},${weight}`
}

function resilientWords({ buckets, idleTimer, unbalancedTimer }: NexthopRecord): string {
  return words(
    'type resilient',
    buckets !== undefined && `buckets ${buckets}`,
    idleTimer !== undefined && isWhole(idleTimer) && `idle_timer ${idleTimer}`,
    unbalancedTimer !== undefined && isWhole(unbalancedTimer) && `unbalanced_timer ${unbalancedTimer}`,
  )
}
