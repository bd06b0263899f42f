import type { Seg6Flavors } from './flavors.js'
import type { IpEncapsulationOptions } from './ipOptions.js'

/** MPLS labels: `encap mpls`. */
export interface MplsEncapsulation {
  readonly type: 'mpls'
  /** The labels, the outermost first, each up to 1048575. */
  readonly labels: readonly number[]
  /** The time to live of the labels, 1 to 255. Default: that of the packet. */
  readonly ttl?: number
}

/** The outer IPv4 header for a tunnel that takes it from routes (`external`): `encap ip`. */
export interface IpEncapsulation {
  readonly type: 'ip'
  /** The tunnel's key or VNI, up to 2^53 - 1. */
  readonly id?: number
  /** Where the tunnel ends. */
  readonly dst?: string
  /** Where it begins. Default: chosen by the route to `dst`. */
  readonly src?: string
  /** The type of service. Default 0. */
  readonly tos?: number
  /** The time to live. Default 0, the host's own. */
  readonly ttl?: number
  /** TUNNEL_* bits (include/uapi/linux/if_tunnel.h), such as 4 for a key. */
  readonly flags?: number
  /** What one kind of tunnel has in its own header. */
  readonly options?: IpEncapsulationOptions
}

/** The outer IPv6 header for a tunnel that takes it from routes: `encap ip6`. */
export interface Ip6Encapsulation {
  readonly type: 'ip6'
  /** The tunnel's key or VNI, up to 2^53 - 1. */
  readonly id?: number
  /** Where the tunnel ends. */
  readonly dst?: string
  /** Where it begins. Default: chosen by the route to `dst`. */
  readonly src?: string
  /** The traffic class. Default 0. */
  readonly trafficClass?: number
  /** The hop limit. Default 0, the host's own. */
  readonly hoplimit?: number
  /** TUNNEL_* bits (include/uapi/linux/if_tunnel.h). */
  readonly flags?: number
  /** What one kind of tunnel has in its own header. */
  readonly options?: IpEncapsulationOptions
}

/** A segment routing header, RFC 8754: `encap seg6`. */
export interface Seg6Encapsulation {
  readonly type: 'seg6'
  /** Into the packet itself, around it, or around a whole frame; `.red` leaves out the first segment. */
  readonly mode: 'inline' | 'encap' | 'l2encap' | 'encap.red' | 'l2encap.red'
  /** IPv6 addresses, the first one first. */
  readonly segments: readonly string[]
  /** The id of the key that signs the header (`ip sr hmac set`). */
  readonly hmac?: number
  /**
   * Where the outer packet comes from: `tunsrc`, not of mode `inline`. Default: what `ip sr tunsrc` has set, or an address
   * of the link. Linux 6.18 does not have it yet.
   */
  readonly src?: string
  /**
   * The table that the way to the first segment is looked up in, 1 to 4294967295: `lookup`. Default: as for any other
   * packet. Linux 6.18 does not have it yet.
   */
  readonly table?: number
}

/** What a host does with packets to a segment of its own, RFC 8986: `encap seg6local`. */
export interface Seg6LocalEncapsulation {
  readonly type: 'seg6local'
  readonly action:
    | 'End'
    | 'End.X'
    | 'End.T'
    | 'End.DX2'
    | 'End.DX6'
    | 'End.DX4'
    | 'End.DT6'
    | 'End.DT4'
    | 'End.DT46'
    | 'End.B6'
    | 'End.B6.Encaps'
    | 'End.BM'
    | 'End.S'
    | 'End.AS'
    | 'End.AM'
    | 'End.BPF'
  /** The segments that `End.B6` and `End.B6.Encaps` put in, the first one first. */
  readonly segments?: readonly string[]
  /** The table to look up, of `End.T` and `End.DT6`. */
  readonly table?: number
  /** The table of a VRF, of `End.DT4`, `End.DT6` and `End.DT46`. */
  readonly vrfTable?: number
  /** The IPv4 gateway of `End.DX4`. */
  readonly nh4?: string
  /** The IPv6 gateway of `End.X` and `End.DX6`. */
  readonly nh6?: string
  /** The index of the link that packets came in by. */
  readonly iif?: number
  /** The index of the link of `End.DX2`. */
  readonly oif?: number
  /** What it does besides, of `End` and `End.X`. The kernel ignores it of other actions, which is an error then. */
  readonly flavors?: Seg6Flavors
  /** Whether packets are counted, from zero on at each change (`ip -s route`). Default false. Since Linux 5.14. */
  readonly counters?: boolean
}

/** One that is kept as it is and cannot be told: BPF programs, RPL, IOAM, XFRM, and what newer kernels have. */
export interface OpaqueEncapsulation {
  readonly type: 'ila' | 'bpf' | 'rpl' | 'ioam6' | 'xfrm' | `${number}`
  /** The attributes, as the kernel told them. */
  readonly bytes: Uint8Array
}

/** How packets of a route are wrapped: `encap`, man ip-route(8). */
export type Encapsulation =
  | MplsEncapsulation
  | IpEncapsulation
  | Ip6Encapsulation
  | Seg6Encapsulation
  | Seg6LocalEncapsulation

/** One as a route has it, be it one of those that can only be kept. */
export type AnyEncapsulation = Encapsulation | OpaqueEncapsulation

/** What a spec can say of an encapsulation: one that is only kept is left as it is. */
export function tellable(encapsulation: AnyEncapsulation | undefined): Encapsulation | undefined {
  return encapsulation && !('bytes' in encapsulation) ? encapsulation : undefined
}
