import { writeFileSync } from 'node:fs'
import type { RouteSpec } from '../../../src/spec/types.js'
import type { TestNamespace } from '../../helpers/namespace.js'
import { tableStage } from './draw.js'

/** Furnishes a namespace, and waits until its routes can be asked for. */
export function furnish(namespace: TestNamespace): void {
  namespace.sh(`ip -batch - <<'END'\n${tableStage.join('\n')}\nEND`)
}

/** Adds routes by `ip`, which reads its commands from a file. */
export function addByIp(namespace: TestNamespace, routes: readonly RouteSpec[], file: string): void {
  // Of one nexthop object, a route without metrics would take over those of another (net/ipv4/fib_semantics.c).
  const ordered = [...routes].sort((a, b) => Number(hasMetrics(a)) - Number(hasMetrics(b)))
  for (const family of [4, 6]) {
    const own = ordered.filter(({ to }) => to.includes(':') === (family === 6))
    // Too long for the shell's arguments.
    writeFileSync(file, own.map(commandOf).join('\n'))
    namespace.sh(`ip -${family} -batch ${file}`)
  }
}

function hasMetrics({ mtu, advmss, congestion }: RouteSpec): boolean {
  return mtu !== undefined || advmss !== undefined || congestion !== undefined
}

function commandOf(route: RouteSpec): string {
  const { to, type = '', tos, via, dev, nexthopId, table, metric, mtu, advmss, congestion, nexthops = [] } = route
  const words: readonly (readonly [word: string, value: string | number | undefined])[] = [
    ['tos', tos === undefined ? undefined : `0x${tos.toString(16)}`],
    ['via', via],
    ['dev', dev],
    ['nhid', nexthopId],
    ['table', table],
    ['metric', metric],
    ['mtu', mtu],
    ['advmss', advmss],
    ['congctl', congestion],
  ]
  const told = words.flatMap(([word, value]) => (value === undefined ? [] : `${word} ${value}`))
  const hops = nexthops.map((hop) => `nexthop via ${hop.via} dev ${hop.dev} weight ${hop.weight ?? 1}`)
  return ['route add', type, to, ...told, 'proto 108', ...hops].join(' ')
}

/** What `ip` prints of all routes of a family. */
export function printed({ sh }: TestNamespace, options: string): string {
  return sh(`ip ${options} route show table all`)
}

/** The routes that bear the mark, a line each, with their next hops in an order of their own. */
export function shownRoutes(namespace: TestNamespace): string[] {
  const lines = ['-4 -d -N -oneline', '-6 -d -N -oneline'].flatMap((options) => printed(namespace, options).split('\n'))
  return lines
    .filter((line) => line.includes(' proto 108 '))
    .map((line) => {
      const [first = '', ...hops] = line.replaceAll(/\s+(linkdown|dead)\b/g, '').split(/\s*\\\s*/)
      return [first, ...hops.sort()].join(' | ').trim()
    })
    .sort()
}
