import { NetworkError } from '../../error.js'
import { NETLINK_GENERIC } from '../../genetlink/genericNetlink.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { FfiTransport } from '../../netlink/transports/ffi.js'
import type { Transport } from '../../netlink/transports/transport.js'
import type { EncapsulationPart } from '../../rtnetlink/encapsulation/probe.js'
import type { AnyLinkKind } from '../../rtnetlink/kinds/kind.js'
import { readSysctl, readSysctls, writeSysctl } from '../../system/sysctl.js'
import type { TunTapConfiguration } from '../../tuntap/configuration.js'
import { configureTunTap, createTunTaps } from '../../tuntap/manage.js'
import { type Lacking, lackingOfMachine } from '../capability/capability.js'
import { machineLacksEncapsulation } from '../capability/capabilityOfEncapsulations.js'
import { machineLacksMdbOfVxlans } from '../capability/capabilityOfMdb.js'
import { machineLacksQdisc } from '../capability/capabilityOfQdiscs.js'
import { sampleOfMachine } from '../capability/sample.js'
import { machineLacksValue, type TriedValue } from '../capability/sampleOfValue.js'

// NETLINK_NETFILTER: include/uapi/linux/netlink.h
const netlinkProtocols = { generic: NETLINK_GENERIC, netfilter: 12 } as const

/** A netlink protocol besides rtnetlink, which serves everything else. */
export type NetlinkProtocol = 'generic' | 'netfilter'

/** What the reconciler asks of a kernel, for one network namespace. `FakeKernel` is one in memory. */
export interface Kernel {
  /** Opens an rtnetlink socket. */
  transport(): Transport
  /** Opens a socket of another netlink protocol. */
  transportOf(protocol: NetlinkProtocol): Transport
  /** Reads a file under /proc/sys/net; `undefined` where the kernel lacks it. */
  readSysctl(name: string): string | undefined
  /** Reads all files of a directory under /proc/sys/net that can be read. */
  readSysctls(directory: string): Readonly<Record<string, string>>
  /** Writes a file under /proc/sys/net. */
  writeSysctl(name: string, value: string): void
  /** Creates persistent TUN and TAP devices; the result has the error of each that failed at its place. */
  createTunTaps(devices: readonly TunTapConfiguration[]): (NetworkError | undefined)[]
  /** Changes what /dev/net/tun can change of a device. */
  configureTunTap(device: TunTapConfiguration): void
  /**
   * What it lacks of a kind of link and of some of its options, as far as can be known without changing anything.
   * @param loads whether it may load the module of the kind; without, a kind that is not loaded counts as known
   */
  lacking(kind: AnyLinkKind, options: readonly string[], request: RequestOptions, loads?: boolean): Promise<Lacking>
  /** Whether it lacks a kind of qdisc, as far as can be known without changing anything. */
  lacksQdisc(kind: string, request: RequestOptions): Promise<boolean>
  /** Whether it lacks a way to wrap packets of routes, or something of one, as far as can be known without a change. */
  lacksEncapsulation(part: EncapsulationPart, request: RequestOptions): Promise<boolean>
  /** Whether its VXLANs lack multicast databases. */
  lacksMdbOfVxlans(request: RequestOptions): Promise<boolean>
  /** Whether it lacks a value of an option, as far as that can be tried. */
  lacksValue(tried: TriedValue, request: RequestOptions): Promise<boolean>
  /** What it tells of a new link in a section such as `bridgePort`, of rules (`rule`) or routes (`route`); nothing where that cannot be tried. */
  sample(section: string, request: RequestOptions): Promise<object>
}

/** Makes the kernel of a network namespace from an open descriptor of it, which stays the caller's. */
export type KernelMaker = (namespaceFd: number) => Kernel

/** Whether it is a kernel at all, as far as its looks go: a program without types may give anything. */
export function isKernel(value: unknown): value is Kernel {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'transport') === 'function'
}

/** The kernel that a maker makes for a namespace. */
export function kernelMadeBy(maker: KernelMaker, namespaceFd: number): Kernel {
  const kernel: unknown = maker(namespaceFd)
  if (isKernel(kernel)) return kernel
  throw new NetworkError('INVALID_ARGUMENT', 'kernel: the function made no kernel')
}

/** The machine's kernel, in the namespace of a descriptor. */
export function machineKernel(namespaceFd: number): Kernel {
  return {
    transport: () => new FfiTransport({ namespaceFd }),
    transportOf: (protocol) => new FfiTransport({ namespaceFd, protocol: netlinkProtocols[protocol] }),
    readSysctl: (name) => readSysctl(namespaceFd, name),
    readSysctls: (directory) => readSysctls(namespaceFd, directory),
    writeSysctl: (name, value) => writeSysctl(namespaceFd, name, value),
    createTunTaps: (devices) => createTunTaps(devices, namespaceFd),
    configureTunTap: (device) => configureTunTap(device, namespaceFd),
    lacking: (kind, options, request, loads) =>
      lackingOfMachine(
        kind,
        options,
        (protocol) => new FfiTransport({ namespaceFd, ...(protocol && { protocol: netlinkProtocols[protocol] }) }),
        request,
        loads,
      ),
    lacksQdisc: (kind, request) => machineLacksQdisc(kind, () => new FfiTransport({ namespaceFd }), request),
    lacksEncapsulation: (part, request) =>
      machineLacksEncapsulation(part, () => new FfiTransport({ namespaceFd }), request),
    lacksMdbOfVxlans: (request) => machineLacksMdbOfVxlans(() => new FfiTransport({ namespaceFd }), request),
    lacksValue: machineLacksValue,
    sample: sampleOfMachine,
  }
}
