import { type Attack, allNodes, broadcast, framed, group6, ICMPV6, UDP } from './attack.js'
import type { World } from './attackGround.js'
import {
  etherType,
  extension,
  fragmentHeader,
  icmpv6,
  ip,
  ipProtocol,
  ipv6,
  joined,
  mac,
  solicitedNode,
} from './frames.js'

const { fragment, hopByHop, destinationOptions, routing } = ipProtocol
const allRouters = 'ff02::2'
const linkOption = (type: number, address: string): number[] => [type, 1, ...mac(address)]
const target = (address: string): number[] => [0, 0, 0, 0, ...ip(address)]

/** The hop limit that neighbor discovery is known by: RFC 4861 §7.1. */
const near = 255

/** A message of neighbor discovery, to a group. */
function says6(
  world: World,
  source: string,
  destination: string,
  type: number,
  body: readonly number[] = [0, 0, 0, 0],
  ttl = near,
): Uint8Array {
  return group6(world, ipv6({ source, destination, protocol: ICMPV6, ttl }, icmpv6(source, destination, type, body)))
}

const override = [0x20, 0, 0, 0]
const advert = (world: World, source: string, of: string, at: string, flags = override): Uint8Array =>
  says6(world, source, allNodes, 136, [...flags, ...ip(of), ...linkOption(2, at)])
const routerAdvert = [64, 0, 0x07, 0x08, 0, 0, 0, 0, 0, 0, 0, 0]

/** A message of ICMPv6 behind other headers. */
function hidden(
  world: World,
  headers: readonly number[],
  first: number,
  type: number,
  body: readonly number[],
  source = world.me.linkLocal,
): Uint8Array {
  const message = icmpv6(source, allNodes, type, body)
  return group6(world, ipv6({ source, destination: allNodes, protocol: first, ttl: near }, joined(headers, message)))
}

/** What neighbor discovery and its kin can lie about. */
export const discoveryAttacks: readonly Attack[] = [
  ["the victim's address is here", (world) => advert(world, world.me.address6, world.victim.address6, world.me.mac)],
  [
    "the victim's link-local address is here",
    (world) => advert(world, world.me.linkLocal, world.victim.linkLocal, world.me.mac),
  ],
  ['the gateway is here', (world) => advert(world, world.me.address6, world.gateway.address6, world.me.mac)],
  [
    'the gateway is here, says the gateway',
    (world) => advert(world, world.gateway.address6, world.gateway.address6, world.me.mac),
  ],
  ['an address of nobody is here', (world) => advert(world, world.me.address6, 'fd00::66', world.me.mac)],
  [
    'the own address is at the victim',
    (world) => advert(world, world.me.address6, world.me.address6, world.victim.mac),
  ],
  [
    'the own address is at the gateway',
    (world) => advert(world, world.me.address6, world.me.address6, world.gateway.mac),
  ],
  ['the own address is everywhere', (world) => advert(world, world.me.address6, world.me.address6, broadcast)],
  [
    'the own address is here, and at the gateway',
    (world) =>
      says6(world, world.me.address6, allNodes, 136, [
        ...override,
        ...ip(world.me.address6),
        ...linkOption(2, world.me.mac),
        ...linkOption(2, world.gateway.mac),
      ]),
  ],
  [
    'an advertisement behind hop-by-hop options',
    (world) =>
      hidden(world, extension(ICMPV6), hopByHop, 136, [
        ...override,
        ...ip(world.victim.address6),
        ...linkOption(2, world.me.mac),
      ]),
  ],
  [
    'an advertisement behind destination options',
    (world) =>
      hidden(world, extension(ICMPV6), destinationOptions, 136, [
        ...override,
        ...ip(world.victim.address6),
        ...linkOption(2, world.me.mac),
      ]),
  ],
  [
    'an advertisement behind a routing header',
    (world) =>
      hidden(world, [ICMPV6, 0, 0, 0, 0, 0, 0, 0], routing, 136, [
        ...override,
        ...ip(world.victim.address6),
        ...linkOption(2, world.me.mac),
      ]),
  ],
  [
    'an advertisement in an atomic fragment',
    (world) =>
      hidden(world, fragmentHeader(ICMPV6, 0, false), fragment, 136, [
        ...override,
        ...ip(world.victim.address6),
        ...linkOption(2, world.me.mac),
      ]),
  ],
  [
    'the own advertisement in an atomic fragment',
    (world) =>
      hidden(world, fragmentHeader(ICMPV6, 0, false), fragment, 136, [
        ...override,
        ...ip(world.me.address6),
        ...linkOption(2, world.me.mac),
      ]),
  ],
  [
    'a first fragment that does not say what it is',
    (world) => {
      const headers = [...fragmentHeader(destinationOptions, 0, true), ...extension(ICMPV6)]
      return group6(
        world,
        ipv6({ source: world.me.linkLocal, destination: allNodes, protocol: fragment, ttl: near }, joined(headers)),
      )
    },
  ],
  [
    'a first fragment whose options go on in the next',
    (world) => {
      const headers = [...fragmentHeader(destinationOptions, 0, true), ICMPV6, 4, 1, 4, 0, 0, 0, 0]
      return group6(
        world,
        ipv6({ source: world.me.linkLocal, destination: allNodes, protocol: fragment, ttl: near }, joined(headers)),
      )
    },
  ],
  [
    'a first fragment of a datagram that does not say its ports',
    (world) => {
      const headers = [...fragmentHeader(destinationOptions, 0, true), ...extension(UDP)]
      return group6(
        world,
        ipv6({ source: world.me.linkLocal, destination: allNodes, protocol: fragment }, joined(headers)),
      )
    },
  ],
  [
    'a first fragment of two bytes of ICMPv6',
    (world) =>
      group6(
        world,
        ipv6(
          { source: world.me.linkLocal, destination: allNodes, protocol: fragment, ttl: near },
          joined(fragmentHeader(ICMPV6, 0, true), [134]),
        ),
      ),
  ],
  ['a router advertisement', (world) => says6(world, world.me.linkLocal, allNodes, 134, routerAdvert)],
  [
    'a router advertisement of the gateway',
    (world) => says6(world, world.gateway.linkLocal, allNodes, 134, routerAdvert),
  ],
  [
    'a router advertisement to one',
    (world) => {
      const { me, victim } = world
      const message = icmpv6(me.linkLocal, victim.linkLocal, 134, routerAdvert)
      return framed(
        world,
        etherType.ipv6,
        ipv6({ source: me.linkLocal, destination: victim.linkLocal, protocol: ICMPV6, ttl: near }, message),
      )
    },
  ],
  [
    'a router advertisement behind destination options',
    (world) => hidden(world, extension(ICMPV6), destinationOptions, 134, routerAdvert),
  ],
  [
    'a router advertisement behind many options',
    (world) =>
      hidden(
        world,
        [...Array.from({ length: 40 }, () => extension(destinationOptions)).flat(), ...extension(ICMPV6)],
        destinationOptions,
        134,
        routerAdvert,
      ),
  ],
  [
    'a redirect',
    (world) =>
      says6(world, world.me.linkLocal, allNodes, 137, [0, 0, 0, 0, ...ip(world.me.linkLocal), ...ip('2001:db8::2')]),
  ],
  [
    'a redirect of the gateway',
    (world) =>
      says6(world, world.gateway.linkLocal, allNodes, 137, [
        0,
        0,
        0,
        0,
        ...ip(world.me.linkLocal),
        ...ip('2001:db8::2'),
      ]),
  ],
  [
    'a solicitation from the victim',
    (world) =>
      says6(world, world.victim.address6, solicitedNode(world.gateway.address6), 135, [
        ...target(world.gateway.address6),
        ...linkOption(1, world.me.mac),
      ]),
  ],
  [
    'a solicitation that says the own address is at the victim',
    (world) =>
      says6(world, world.me.address6, solicitedNode(world.gateway.address6), 135, [
        ...target(world.gateway.address6),
        ...linkOption(1, world.victim.mac),
      ]),
  ],
  [
    'a solicitation that says the own address is everywhere',
    (world) =>
      says6(world, world.me.linkLocal, solicitedNode(world.gateway.address6), 135, [
        ...target(world.gateway.address6),
        ...linkOption(1, broadcast),
      ]),
  ],
  [
    'a solicitation from afar',
    (world) =>
      says6(world, world.me.address6, solicitedNode(world.gateway.address6), 135, target(world.gateway.address6), 64),
  ],
  [
    "detecting a duplicate of the victim's address",
    (world) => says6(world, '::', solicitedNode(world.victim.address6), 135, target(world.victim.address6)),
  ],
  [
    "detecting a duplicate of the victim's link-local address",
    (world) => says6(world, '::', solicitedNode(world.victim.linkLocal), 135, target(world.victim.linkLocal)),
  ],
  [
    "detecting a duplicate of the gateway's address",
    (world) => says6(world, '::', solicitedNode(world.gateway.address6), 135, target(world.gateway.address6)),
  ],
  [
    'a router solicitation that says the own address is at the victim',
    (world) => says6(world, world.me.linkLocal, allRouters, 133, [0, 0, 0, 0, ...linkOption(1, world.victim.mac)]),
  ],
  [
    'a query of multicast listeners',
    (world) => says6(world, world.me.linkLocal, allNodes, 130, [0, 1, 0, 0, ...ip('::')], 1),
  ],
  ['a multicast router advertisement', (world) => says6(world, world.me.linkLocal, 'ff02::6a', 151, [], 1)],
  ['a renumbering', (world) => says6(world, world.me.linkLocal, allNodes, 138)],
  ['a certification path', (world) => says6(world, world.me.linkLocal, allNodes, 149)],
  ['inverse discovery', (world) => says6(world, world.me.linkLocal, allNodes, 142)],
  ['a type of ICMPv6 that is not given to anyone', (world) => says6(world, world.me.linkLocal, allNodes, 166)],
]
