import { finish, inNamespaces, numbersOf, start } from '../program.js'
import type { Figures } from '../results.js'
import type { Contender, Work } from './contenders.js'

/** How long one work may take; `ip` needs that for a million routes. */
const mostSeconds = 400

const furniture = [
  'ip link set lo up',
  'ip link add d0 type veth peer name d1',
  'ip address add 10.0.0.1/24 dev d0',
  'ip address add fd00::1/64 dev d0 nodad',
  'ip link set d0 up',
  'ip link set d1 up',
  'ip link add br0 type bridge',
  'ip link set br0 up',
  // Once one of its addresses has been found to be no duplicate, the kernel walks all routes of IPv6 with their lock held
  // (net/ipv6/addrconf.c, addrconf_dad_completed): some 40 ms among a million.
  'while ip -6 address show tentative | grep -q inet6; do sleep 0.1; done',
].join(' && ')

/**
 * Lets a contender do some works, one after the other, in a namespace of its own; those that it has are measured.
 * @param filling a command that is run before
 */
export function journey(
  contender: Contender,
  works: readonly Work[],
  family: string,
  count: number,
  filling?: readonly string[],
): Promise<Partial<Record<Work, Figures>>> {
  return inNamespaces(1, async ([path = '']) => {
    await finish(path, 'sh', '-c', furniture)
    if (filling) await finish(path, ...filling)
    const figures: Partial<Record<Work, Figures>> = {}
    for (const work of works) {
      const command = contender.command(work, family, count)
      if (!command) continue
      try {
        figures[work] = await numbersOf(await start(path, command, undefined, mostSeconds))
      } catch (error) {
        throw new Error(`${contender.name}, ${work}: ${error instanceof Error ? error.message : error}`)
      }
    }
    return figures
  })
}

/** The start of programs, each by itself: {@link Figures} by what was started. */
export function startUps(programs: Readonly<Record<string, readonly string[]>>): Promise<Record<string, Figures>> {
  return inNamespaces(1, async ([path = '']) => {
    await finish(path, 'sh', '-c', furniture)
    const figures: Record<string, Figures> = {}
    for (const [name, command] of Object.entries(programs)) {
      const begin = performance.now()
      await finish(path, ...command)
      figures[name] = { ms: performance.now() - begin }
    }
    return figures
  })
}
