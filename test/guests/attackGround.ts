import type { ExecutionContext } from 'ava'
import { type GuestNetwork, guestNetwork } from '../../src/guests/guestNetwork.js'
import type { GuestNetworkOptions } from '../../src/guests/options.js'
import { linkLocalOf } from '../../src/ip/linkLocal.js'
import type { TunTapDevice } from '../../src/tuntap/device.js'
import { openTap } from '../../src/tuntap/index.js'
import type { TestNamespace } from '../helpers/namespace.js'
import type { ReconcileNamespace } from '../helpers/reconcile.js'
import { hostWithUplink } from './household.js'

/** What a station is known by. */
export interface Station {
  readonly mac: string
  readonly address: string
  readonly address6: string
  readonly linkLocal: string
}

/** Who is there, as the attacker sees it. */
export interface World {
  readonly mode: 'bridged' | 'routed'
  readonly me: Station
  readonly victim: Station
  readonly gateway: Station
  /** The MAC address by which packets to the victim go: its own, or that of the host that routes. */
  readonly towardsVictim: string
}

/** How many packets were seen behind the rules. */
export interface Seen {
  /** Frames of the attacker's device behind the checks of a bridge, whether they stay there or go to the host. */
  readonly bridged: number
  /** Packets of the attacker's device behind the checks of the host. */
  readonly entered: number
  /** ARP packets of the attacker's device that came to the host by no bridge. */
  readonly arp: number
  /** Packets for the host itself, from the guests. */
  readonly reached: number
  /** Packets that the host passes on, from the guests. */
  readonly forwarded: number
  /** Packets to the attacker. */
  readonly left: number
}

/** What the host has learned. */
export interface Learned {
  /** MAC addresses that the bridge believes to be behind the attacker's device. */
  readonly macs: readonly string[]
  /** The neighbors of the host: address, MAC address. */
  readonly neighbors: ReadonlyMap<string, string>
}

/** A host with guests whose devices the test itself holds. */
export interface Ground {
  readonly world: World
  readonly host: ReconcileNamespace
  readonly outside: TestNamespace
  /** The devices of attacker and victim. */
  readonly attacker: TunTapDevice
  readonly victim: TunTapDevice
  readonly network: GuestNetwork
  /** The MAC address of a link of the host. */
  macOf(link: string): string
  /** Sends frames as the attacker, and says what was seen of them behind the rules. */
  attack(frames: readonly Uint8Array[]): { readonly seen: Seen; readonly learned: Learned }
}

// A table of somebody else, whose chains come right behind those of the confinement.
const eyes = `
nft -f - <<'END'
table inet eye {
  counter entered {}
  counter left {}
  counter reached {}
  counter forwarded {}
  chain a { type filter hook prerouting priority -440; iifname "tap0" counter name entered; }
  chain d { type filter hook postrouting priority 1000; oifname "tap0" counter name left; }
  chain b { type filter hook input priority 1000; iifname { "tap0", "guests" } counter name reached; }
  chain c { type filter hook forward priority 1000; iifname { "tap0", "guests" } counter name forwarded; }
}
table bridge eye {
  counter bridged {}
  counter left {}
  chain a { type filter hook prerouting priority -440; iifname "tap0" counter name bridged; }
  chain d { type filter hook postrouting priority 1000; oifname "tap0" counter name left; }
  chain b { type filter hook input priority 1000; iifname "tap0" ether daddr & ff:ff:ff:ff:ff:f0 == 01:80:c2:00:00:00 counter name bridged; }
}
table arp eye {
  counter asked {}
  chain a { type filter hook input priority 1000; iifname "tap0" counter name asked; }
}
END`

const look = 'nft -j list counters; echo; bridge -j fdb show; echo; ip -j neighbor show'

/** Makes a host with an attacker behind `tap0` and a victim behind `tap1`. */
export async function attackGround(
  t: ExecutionContext,
  options: Pick<GuestNetworkOptions, 'mode'> & Partial<GuestNetworkOptions>,
): Promise<Ground> {
  const { host, outside } = hostWithUplink(t)
  const network = guestNetwork({
    subnet: '10.0.0.0/24',
    subnet6: 'fd00::/64',
    uplink: 'up0',
    isolated: false,
    guests: ['attacker', 'victim'],
    ...options,
  }).unwrap()
  await host.apply(network.spec)
  host.sh(eyes)
  const devices = network.guests.map(({ tap }) => openTap({ name: tap, namespace: { fd: host.fd } }).unwrap())
  t.teardown(() => {
    for (const device of devices) device.close()
  })
  const [attacker, victim] = devices
  const [one, other] = network.guests
  if (!attacker || !victim || !one || !other) throw new Error('two guests')
  const macOf = (link: string): string => String(host.ip('link', 'show', 'dev', link)[0]?.['address'])
  const gatewayMac = macOf(options.mode === 'bridged' ? 'guests' : 'tap0')
  const station = (mac: string, address = '', address6 = ''): Station => {
    const bare = (text: string): string => text.replace(/\/.*/, '')
    return { mac, address: bare(address), address6: bare(address6), linkLocal: linkLocalOf(mac) ?? '' }
  }
  const world: World = {
    mode: options.mode,
    me: station(one.mac, one.address, one.address6),
    victim: station(other.mac, other.address, other.address6),
    gateway: station(gatewayMac, one.gateway, one.gateway6),
    towardsVictim: options.mode === 'bridged' ? other.mac : gatewayMac,
  }
  const observe = (): { counts: Record<string, number>; learned: Learned } => {
    const [counters = '', fdb = '', neighbors = ''] = host.sh(look).split('\n').filter(Boolean)
    const counts: Record<string, number> = {}
    for (const { counter } of JSON.parse(counters).nftables)
      if (counter) counts[counter.name] = (counts[counter.name] ?? 0) + counter.packets
    return {
      counts,
      learned: {
        macs: JSON.parse(fdb)
          .filter(({ ifname, master, state }: FdbLine) => ifname === 'tap0' && master && state !== 'permanent')
          .map(({ mac }: FdbLine) => mac),
        neighbors: new Map(JSON.parse(neighbors).map(({ dst, lladdr }: NeighborLine) => [dst, lladdr ?? ''])),
      },
    }
  }
  let before = observe().counts
  return {
    world,
    host,
    outside,
    attacker,
    victim,
    network,
    macOf,
    attack: (frames) => {
      for (const one of frames) attacker.write(one)
      const { counts, learned } = observe()
      const since = (name: string): number => (counts[name] ?? 0) - (before[name] ?? 0)
      const seen = {
        bridged: since('bridged'),
        entered: since('entered'),
        arp: since('asked'),
        reached: since('reached'),
        forwarded: since('forwarded'),
        left: since('left'),
      }
      before = counts
      return { seen, learned }
    },
  }
}

interface FdbLine {
  readonly mac: string
  readonly ifname: string
  readonly master?: string
  readonly state: string
}

interface NeighborLine {
  readonly dst: string
  readonly lladdr?: string
}

/** The neighbors that the host believes to be where they are not. */
export function deceived({ me, victim }: World, { neighbors }: Learned): string[] {
  return [...neighbors].flatMap(([address, at]) => {
    const station = [me, victim].find((one) => [one.address, one.address6, one.linkLocal].includes(address))
    if (at === '') return []
    const isWrong = station ? station.mac !== at : at === me.mac
    return isWrong ? [`${address} at ${at}`] : []
  })
}

/** Everything that waits at a device. */
export function received(device: TunTapDevice): Uint8Array[] {
  const frames: Uint8Array[] = []
  for (let next = device.read(); next; next = device.read()) frames.push(next)
  return frames
}
