import type { TeamOptions, TeamPortOptions } from '../../src/rtnetlink/kinds/builtIn.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'

/** A port of `team0`. */
export function teamPort(name: string, options?: TeamPortOptions): LinkSpec {
  return { name, kind: 'dummy', master: 'team0', ...(options ? { teamPort: options } : {}) }
}

/** `team0`, which has the address 10.9.0.1/24, and its ports. */
export function teamOf(team: TeamOptions, ...ports: readonly LinkSpec[]): Spec {
  return { links: [{ name: 'team0', kind: 'team', team, addresses: ['10.9.0.1/24'] }, ...ports] }
}
