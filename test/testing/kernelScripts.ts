import type { EncodeContext } from '../../src/netlink/codec.js'
import type { NetlinkMessage } from '../../src/netlink/message.js'
import { deleteAddress, newAddress, replaceAddress } from '../../src/rtnetlink/address.js'
import type { Link } from '../../src/rtnetlink/link.js'
import { addAltNames, deleteAltNames, deleteLink, newLink, setLink } from '../../src/rtnetlink/linkMessages.js'
import { deleteNeighbor, newNeighbor, replaceNeighbor } from '../../src/rtnetlink/neighbor.js'
import { appendRoute, deleteRoute, getRoute, newRoute, replaceRoute } from '../../src/rtnetlink/routeMessages.js'
import { deleteRule, newRule } from '../../src/rtnetlink/ruleMessages.js'

/** A change, whose links are known when it is sent. */
export type Step = (context: EncodeContext) => NetlinkMessage

const mac = (last: number): string => `02:00:00:00:00:0${last}`
const bridge = (name: string, last: number, more: Partial<Link> = {}): NetlinkMessage =>
  newLink({ name, kind: 'bridge', mac: mac(last), ...more })
const up = (name: string): NetlinkMessage => setLink({ name }, { up: true })
const down = (name: string): NetlinkMessage => setLink({ name }, { up: false })
const veth = (name: string, peer: string): NetlinkMessage =>
  newLink({ name, kind: 'veth', mac: mac(3), veth: { peer: { name: peer, mac: mac(4) } } })

/** Two links that are up and have a carrier. */
const pair: Step[] = [() => up('lo'), () => veth('v0', 'v1'), () => up('v0'), () => up('v1')]

/** Changes by the name of what they are about, each in the order in which both kernels get them. */
export const scripts: Readonly<Record<string, readonly Step[]>> = {
  links: [
    () => bridge('br0', 1),
    () => bridge('br0', 1),
    () => bridge('br1', 2, { mtu: 1400, up: true }),
    () => veth('v0', 'v1'),
    () => veth('v2', 'v1'),
    () => veth('v2', 'v2'),
    () => setLink({ name: 'none' }, { up: true }),
    () => setLink({ name: 'br0' }, { mtu: 10 }),
    () => setLink({ name: 'v0' }, { mtu: 100_000 }),
    (context) => setLink({ name: 'v0' }, { master: 'br0' }, context),
    (context) => setLink({ name: 'br1' }, { master: 'br0' }, context),
    (context) => setLink({ name: 'br0' }, { master: 'br0' }, context),
    (context) => setLink({ name: 'lo' }, { master: 'br0' }, context),
    (context) => setLink({ name: 'v1' }, { master: 'v0' }, context),
    () => setLink({ name: 'v1' }, { master: 99 }),
    () => setLink({ name: 'v1' }, { bridgePort: { cost: 7 } }),
    () => setLink({ name: 'v0' }, { bridgePort: { cost: 7, isolated: true } }),
    () => setLink({ name: 'br0' }, { kind: 'bridge', bridge: { forwardDelay: 4 } }),
    () => setLink({ name: 'br0' }, { kind: 'veth' }),
    () => newLink({ name: 'tun0', kind: 'tun' }),
    () => newLink({ name: 'x', kind: 'nonsense' }),
    () => newLink({ name: 'a/b', kind: 'bridge' }),
    () => addAltNames({ name: 'br0' }, ['first', 'second']),
    () => addAltNames({ name: 'br1' }, ['first']),
    () => deleteAltNames({ name: 'br0' }, ['third']),
    () => deleteAltNames({ name: 'br0' }, ['first']),
    () => bridge('second', 4),
    () => setLink({ name: 'second' }, { alias: 'by another name', group: 5, txQueueLength: 77 }),
    () => setLink({ index: 2 }, { name: 'br1' }),
    () => setLink({ index: 2 }, { name: 'bridge' }),
    () => up('bridge'),
    () => up('v0'),
    () => up('v1'),
    () => deleteLink({ name: 'lo' }),
    () => deleteLink({ name: 'none' }),
    () => setLink({ name: 'v0' }, { master: null }),
    () => deleteLink({ name: 'v1' }),
  ],
  portsOfADeletedBridge: [
    () => bridge('br0', 1),
    () => veth('v0', 'v1'),
    (context) => setLink({ name: 'v0' }, { master: 'br0' }, context),
    () => deleteLink({ name: 'br0' }),
  ],
  addresses: [
    ...pair,
    (context) => newAddress({ address: '10.0.0.1/24', dev: 'v0', broadcast: '10.0.0.255' }, context),
    (context) => newAddress({ address: '10.0.0.1/24', dev: 'v0' }, context),
    (context) => newAddress({ address: '10.0.0.1/25', dev: 'v0', label: 'v0:x' }, context),
    (context) => newAddress({ address: '10.0.0.2/24', dev: 'v0' }, context),
    (context) => newAddress({ address: '10.0.0.3/24', dev: 'v0' }, context),
    (context) => newAddress({ address: '10.9.0.1/32', peer: '10.9.0.2', dev: 'v0' }, context),
    (context) =>
      newAddress({ address: '10.8.0.1/30', dev: 'v1', noPrefixRoute: true, metric: 7, protocol: 55 }, context),
    (context) => replaceAddress({ address: '10.0.0.1/24', dev: 'v0', label: 'v0:y' }, context),
    () => newAddress({ address: '10.0.0.1/24', dev: 77 }),
    (context) => deleteAddress({ address: '10.7.7.7/24', dev: 'v0' }, context),
    (context) => deleteAddress({ address: '10.0.0.2/25', dev: 'v0' }, context),
    (context) => deleteAddress({ address: '10.0.0.3/24', dev: 'v0' }, context),
    (context) => newAddress({ address: 'fd00::1/64', dev: 'v0' }, context),
    (context) => newAddress({ address: 'fd00::1/64', dev: 'v0' }, context),
    (context) => newAddress({ address: 'fd00::2/64', dev: 'v0' }, context),
    (context) => newAddress({ address: 'fd00:1::1/128', dev: 'v0', noPrefixRoute: true }, context),
    (context) => replaceAddress({ address: 'fd00::1/80', dev: 'v0' }, context),
    (context) => deleteAddress({ address: 'fd00::9/64', dev: 'v0' }, context),
    () => newAddress({ address: 'fd00::9/64', dev: 77 }),
  ],
  replacedProtocol: [
    ...pair,
    (context) => newAddress({ address: '10.0.0.1/24', dev: 'v0', protocol: 7 }, context),
    (context) => replaceAddress({ address: '10.0.0.1/24', dev: 'v0', protocol: 9 }, context),
  ],
  deletedPrimary: [
    ...pair,
    (context) => newAddress({ address: '10.0.0.1/24', dev: 'v0' }, context),
    (context) => newAddress({ address: '10.0.0.2/24', dev: 'v0' }, context),
    (context) => newAddress({ address: '10.1.0.2/24', dev: 'v0' }, context),
    (context) => deleteAddress({ address: '10.0.0.1/24', dev: 'v0' }, context),
  ],
  routes: [
    ...pair,
    (context) => newAddress({ address: '10.0.0.1/24', dev: 'v0' }, context),
    () => newRoute({ to: 'default', via: '10.0.0.254' }),
    () => newRoute({ to: 'default', via: '10.0.0.253' }),
    () => newRoute({ to: 'default', via: '10.0.0.253', metric: 5 }),
    () => newRoute({ to: '10.5.0.0/16', via: '192.0.2.1' }),
    () => newRoute({ to: '10.5.0.1/16', via: '10.0.0.254' }),
    () => newRoute({ to: '10.5.0.0/16', dev: 77 }),
    () => newRoute({ to: '10.5.0.0/16' }),
    (context) => newRoute({ to: '10.5.0.0/16', via: '192.0.2.1', dev: 'v0', onlink: true }, context),
    (context) => newRoute({ to: '10.6.0.0/16', dev: 'v0', src: '10.0.0.1', table: 1000 }, context),
    (context) => newRoute({ to: '10.7.0.0/16', dev: 'v0', src: '10.0.0.9' }, context),
    () => newRoute({ to: '10.8.0.0/16', type: 'blackhole' }),
    () => newRoute({ to: '10.8.1.0/24', type: 'unreachable', table: 100 }),
    (context) =>
      newRoute(
        {
          to: '10.9.0.0/16',
          nexthops: [
            { via: '10.0.0.2', dev: 'v0' },
            { via: '10.0.0.3', weight: 3 },
          ],
        },
        context,
      ),
    () => appendRoute({ to: 'default', via: '10.0.0.252' }),
    () => appendRoute({ to: 'default', via: '10.0.0.252' }),
    () => replaceRoute({ to: 'default', via: '10.0.0.251', mtu: 1400 }),
    () => deleteRoute({ to: '10.200.0.0/16' }),
    () => deleteRoute({ to: '10.8.0.0/16', protocol: 3 }),
    () => deleteRoute({ to: '10.8.0.0/16' }),
    () => deleteRoute({ to: '10.8.1.0/24' }),
    () => deleteRoute({ to: 'default', metric: 5 }),
    () => getRoute({ to: '10.0.0.77' }),
    () => getRoute({ to: '10.8.1.77' }),
  ],
  routesOfIpv6: [
    ...pair,
    (context) => newAddress({ address: 'fd00::1/64', dev: 'v0' }, context),
    () => newRoute({ to: 'default', via: 'fd00::fe' }),
    () => newRoute({ to: 'default', via: 'fd00::fd' }),
    () => newRoute({ to: 'default', via: 'fd00::fd', metric: 7 }),
    () => newRoute({ to: 'fd05::/16', via: '2001:db8::1' }),
    () => newRoute({ to: 'fd05::/16', dev: 77 }),
    (context) => newRoute({ to: 'fd06::1/16', dev: 'v0', table: 1000 }, context),
    () => newRoute({ to: 'fd08::/16', type: 'blackhole' }),
    (context) => newRoute({ to: 'fd09::/16', nexthops: [{ dev: 'v0' }, { dev: 'v1' }] }, context),
    () => newRoute({ to: 'fd09::/16', nexthops: [{ via: 'fd00::2' }, { via: 'fd00::3', weight: 3 }] }),
    () => appendRoute({ to: 'fd09::/16', via: 'fd00::4' }),
    () => appendRoute({ to: 'fd09::/16', via: 'fd00::4' }),
    () => deleteRoute({ to: 'fd09::/16', via: 'fd00::2' }),
    () => replaceRoute({ to: 'default', via: 'fd00::fc' }),
    () => deleteRoute({ to: 'fdaa::/16' }),
    () => deleteRoute({ to: 'fd08::/16' }),
  ],
  linkDown: [
    ...pair,
    (context) => newAddress({ address: '10.0.0.1/24', dev: 'v0' }, context),
    (context) => newAddress({ address: 'fd00::1/64', dev: 'v0' }, context),
    () => newRoute({ to: 'default', via: '10.0.0.254' }),
    () => newRoute({ to: 'default', via: 'fd00::fe' }),
    (context) => newNeighbor({ dev: 'v0', address: '10.0.0.7', mac: mac(7) }, context),
    () => down('v0'),
    (context) => newRoute({ to: '10.5.0.0/16', dev: 'v0' }, context),
    () => newRoute({ to: '10.5.0.0/16', via: '10.0.0.254' }),
    () => up('v0'),
  ],
  linkGone: [
    ...pair,
    (context) => newAddress({ address: '10.0.0.1/24', dev: 'v0' }, context),
    (context) => newAddress({ address: 'fd00::1/64', dev: 'v0' }, context),
    () => newRoute({ to: 'default', via: '10.0.0.254' }),
    (context) => newNeighbor({ dev: 'v0', address: '10.0.0.7', mac: mac(7) }, context),
    () => deleteLink({ name: 'v1' }),
  ],
  rules: [
    () => newRule({ family: 'inet', priority: 1000, from: '10.9.0.0/30', table: 100 }),
    () => newRule({ family: 'inet', priority: 1000, from: '10.9.0.0/30', table: 100 }),
    () => newRule({ family: 'inet', from: '10.9.0.0/30', table: 1000 }),
    () => newRule({ family: 'inet', from: '10.9.0.0/30', table: 1000 }),
    () => newRule({ family: 'inet6', priority: 1001, fwmark: '0x1/0xff', iif: 'br0', action: 'prohibit' }),
    () => newRule({ family: 'inet', priority: 5, goto: 4 }),
    () => newRule({ family: 'inet', priority: 5, goto: 7000, oif: 'lo' }),
    () => newRule({ family: 'inet', priority: 6, ipproto: 'tcp', dport: '53', uidRange: '1-5', table: 9 }),
    () => deleteRule({ family: 'inet', priority: 77 }),
    () => deleteRule({ family: 'inet', priority: 1000, from: '10.9.0.0/30' }),
    () => deleteRule({ family: 'inet', table: 1000 }),
  ],
  neighbors: [
    ...pair,
    (context) => newNeighbor({ dev: 'v0', address: '10.0.0.7', mac: mac(7) }, context),
    (context) => newNeighbor({ dev: 'v0', address: '10.0.0.7', mac: mac(8) }, context),
    (context) => replaceNeighbor({ dev: 'v0', address: '10.0.0.7', mac: mac(8) }, context),
    (context) => newNeighbor({ dev: 'v0', address: '10.0.0.9' }, context),
    (context) => newNeighbor({ dev: 'v0', address: 'fd00::7', mac: mac(7), router: true, protocol: 7 }, context),
    (context) => newNeighbor({ dev: 'v0', address: '10.0.0.8', proxy: true }, context),
    () => newNeighbor({ dev: 77, address: '10.0.0.7', mac: mac(7) }),
    (context) => deleteNeighbor({ dev: 'v0', address: '10.0.0.77' }, context),
    (context) => deleteNeighbor({ dev: 'v0', address: 'fd00::7' }, context),
  ],
}
