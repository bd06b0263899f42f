import { netmask, type Place } from './addresses.js'

/** What whoever starts a guest needs to know of its network. */
export interface Guest {
  /** What it is called. */
  readonly name: string
  /** Its place in the subnet. */
  readonly slot: number
  /** The name of its TAP device on the host. */
  readonly tap: string
  /** The MAC address of its network card. */
  readonly mac: string
  /** Its IPv4 address, with the prefix length. */
  readonly address: string
  /** Its IPv4 gateway. */
  readonly gateway: string
  /** Its IPv6 address, with the prefix length. */
  readonly address6?: string
  /** Its IPv6 gateway. */
  readonly gateway6?: string
  /** Its name servers. */
  readonly nameServers: readonly string[]
  /** The argument of a Linux guest's kernel: `ip=…` (Documentation/admin-guide/nfs/nfsroot.rst). IPv6 has none. */
  readonly kernelArgument: string
  /** The body of Firecracker's `PUT /network-interfaces/eth0`. */
  readonly firecracker: FirecrackerInterface
  /** The arguments of QEMU. */
  readonly qemu: readonly string[]
  /** The arguments of Cloud Hypervisor. */
  readonly cloudHypervisor: readonly string[]
}

/** What Firecracker is told of a network card: its API, `NetworkInterface`. */
export interface FirecrackerInterface {
  readonly iface_id: string
  readonly host_dev_name: string
  readonly guest_mac: string
}

/** What a guest is described from. */
export interface GuestParts {
  readonly name: string
  readonly slot: number
  readonly tap: string
  readonly mac: string
  readonly place: Place
  readonly place6: Place | undefined
  readonly nameServers: readonly string[]
  readonly mtu: number | undefined
}

/** Describes a guest to those who start it. */
export function describeGuest(parts: GuestParts): Guest {
  const { name, slot, tap, mac, place, place6, nameServers, mtu } = parts
  const hostMtu = mtu === undefined ? '' : `,host_mtu=${mtu}`
  return {
    name,
    slot,
    tap,
    mac,
    address: `${place.address}/${place.prefixLength}`,
    gateway: place.gateway,
    ...(place6 ? { address6: `${place6.address}/${place6.prefixLength}`, gateway6: place6.gateway } : {}),
    nameServers,
    kernelArgument: kernelArgument(parts),
    firecracker: { iface_id: 'eth0', host_dev_name: tap, guest_mac: mac },
    qemu: [
      '-netdev',
      `tap,id=net0,ifname=${tap},script=no,downscript=no`,
      '-device',
      `virtio-net-pci,netdev=net0,mac=${mac}${hostMtu}`,
    ],
    cloudHypervisor: ['--net', `tap=${tap},mac=${mac}${mtu === undefined ? '' : `,mtu=${mtu}`}`],
  }
}

/** CLIENT:SERVER:GATEWAY:NETMASK:HOST:DEVICE:AUTOCONF:DNS:DNS */
function kernelArgument({ name, place, nameServers }: GuestParts): string {
  const servers = nameServers.filter((server) => !server.includes(':')).slice(0, 2)
  const fields = [place.address, '', place.gateway, netmask(place.prefixLength), name, 'eth0', 'off', ...servers]
  return `ip=${fields.join(':')}`
}
