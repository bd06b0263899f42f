import type { Spec } from '../../../src/spec/types.js'

/** A start and a target. Both are the same every time, MAC addresses included, so that ends can be compared. */
export interface CorpusCase {
  readonly title: string
  /** What `ip` makes, a command a line. */
  readonly start: readonly string[]
  /** What the SDK makes on top of that. */
  readonly base?: Spec
  readonly target: Spec
}

/** Stands for a named namespace in commands and specs; each run has one of its own. */
export const blue = 'namespace-blue'

/** Stands for another one. */
export const green = 'namespace-green'

/** A bridge with a TAP and a pair's end as ports, and addresses of both families. */
export const bridged: readonly string[] = [
  'link add br0 address 02:00:00:00:00:b0 type bridge forward_delay 0',
  'link add br1 address 02:00:00:00:00:b1 type bridge',
  'tuntap add tap0 mode tap user 1000',
  'link set tap0 address 02:00:00:00:00:a0 master br0',
  'link add v0 address 02:00:00:00:00:c0 type veth peer name v1 address 02:00:00:00:00:c1',
  'link set v1 master br0',
  'link set br0 up',
  'link set br1 up',
  'link set tap0 up',
  'link set v0 up',
  'link set v1 up',
  'address add 10.0.0.1/24 dev br0',
  'address add 10.0.0.2/24 dev br0',
  'address add fd00::1/64 dev br0 nodad',
  'address add 10.5.0.1/24 dev v0',
  'address add fd05::1/64 dev v0 nodad',
]

/** Routes, rules and neighbors that nobody names, over what {@link bridged} makes. */
export const foreign: readonly string[] = [
  'route add default via 10.0.0.254',
  'route add 10.20.0.0/16 via 10.0.0.253 metric 7 table 99 proto 77',
  'route add 10.21.0.0/16 via 10.5.0.9 proto static',
  'route add 10.23.0.0/16 nexthop via 10.0.0.253 nexthop via 10.5.0.9 weight 2',
  'route add blackhole 10.24.0.0/16',
  '-6 route add default via fd00::ff dev br0',
  '-6 route add fd77::/32 via fd05::9 dev v0 metric 5',
  'rule add priority 50 from 10.0.0.0/24 table 99',
  'rule add priority 60 from 10.0.1.0/24 table 99 proto static',
  'rule add priority 60 from 10.0.1.0/24 table 98 proto static',
  '-6 rule add priority 61 to fd77::/32 table 99',
  'neighbor add 10.0.0.9 lladdr 02:00:00:00:00:09 dev br0 nud permanent',
  'neighbor add 10.5.0.9 lladdr 02:00:00:00:00:08 dev v0 nud permanent',
  'neighbor add fd05::9 lladdr 02:00:00:00:00:08 dev v0 nud permanent',
  'neighbor add proxy 10.5.0.10 dev v0',
]
