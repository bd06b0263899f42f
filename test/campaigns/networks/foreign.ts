import { type Network, nameOf } from './model.js'
import { numberOf } from './slots.js'

/** What somebody made by `ip` before: on links of his own, and beside what the networks have. */
export const foreignCommands: readonly string[] = [
  'link add name f0 address 02:00:00:00:f0:01 type veth peer name f1 address 02:00:00:00:f0:02',
  'link add name fb address 02:00:00:00:f0:03 type bridge',
  'link set f1 master fb',
  'link set f0 up',
  'link set f1 up',
  'link set fb up',
  'address add 10.99.0.1/24 dev f0',
  'address add fd99::1/64 dev f0',
  'route add 10.98.0.0/16 via 10.99.0.2 proto 99',
  'route add 10.50.0.0/16 via 10.99.0.3 metric 9 proto 99',
  '-6 route add fd98::/32 via fd99::2 proto 99',
  '-6 route add fd50::/32 via fd99::3 metric 9 proto 99',
  'route add blackhole 10.50.0.0/16 metric 9 table 300 proto 99',
  'nexthop add id 99 via 10.99.0.4 dev f0',
  'route add 10.97.0.0/16 nhid 99 proto 99',
  'rule add priority 10 from 10.99.0.0/16 table 99',
  'neighbor add 10.99.0.9 lladdr 02:00:00:00:f0:09 dev f0 nud permanent',
]

/** What somebody adds later to links that are, and stay, up: it comes back where it goes along with something. */
export function foreignOn(first: Network, second: Network): string[] {
  const staying = new Set(second.links.filter(({ up, renamed }) => up && !renamed).map(({ slot }) => slot))
  return first.links
    .filter(({ slot, up }) => up && staying.has(slot))
    .flatMap(({ slot }) => [
      `route add 10.96.${numberOf(slot)}.0/24 dev ${slot} proto 99`,
      `-6 route add fd96:${numberOf(slot)}::/32 dev ${slot} proto 99`,
    ])
}

/** Qdiscs of a kind that specs do not know, on links of which the first network says nothing of it. */
export function foreignQdiscsOn(first: Network): string {
  return first.links
    .filter(({ waiting, mac }) => waiting === undefined && mac === 1)
    .map(({ slot, renamed }) => `tc qdisc replace dev ${nameOf({ slot, renamed })} root pfifo_head_drop limit 33`)
    .join('\n')
}

/** The table that somebody has beside those of the owner. */
export const foreignFirewall =
  "nft 'table inet other { chain forward { type filter hook forward priority 5; tcp dport 99 accept; }; }'"

const marks = /features f[01b]:|firewall table inet other|"f[01b]"|10\.9[6789]\.|fd9[689]:|"metric":9,|"table":"99"/

/** A router has an anycast address of each prefix: net/ipv6/addrconf.c, dev_forward_change */
const byForwarding = /"type":"anycast"/

/** Whether a line of a picture is about that. */
export function isForeign(line: string): boolean {
  return marks.test(line) && !byForwarding.test(line)
}
