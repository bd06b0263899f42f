import type { AnyAttributeTable, AttributeTable } from '../../netlink/table.js'
import type { GenericOptions } from './generic.js'
import type { PairKind } from './peer.js'

/** A kind that has no options of the sort. */
export type NoOptions = Record<never, never>

/** What a new link of a kind has, of the properties that every link has. */
export interface GeneralDefaults {
  /** Default 1500; `undefined` where it depends on the device below. */
  readonly mtu?: number | undefined
  /** Default 1000. */
  readonly txQueueLength?: number
  /** Default true. */
  readonly arp?: boolean
  /** Default true. */
  readonly multicast?: boolean
  /** Default `eui64`; `undefined` where there is no IPv6. */
  readonly addressGenerationMode?: string | undefined
  /** Features of ethtool that a new link has otherwise than most do: on, or off. */
  readonly features?: Readonly<Record<string, boolean>>
}

/**
 * One kind of link: everything that the SDK knows of it. The schema, the messages, the decoder, the plan and the
 * documentation follow from this.
 */
export interface LinkKind<
  Name extends string = string,
  Options extends object = object,
  Port extends object = NoOptions,
  Status extends object = NoOptions,
> {
  /** The name in specs, such as `bridge`. */
  readonly kind: Name
  /** The kernel's name in IFLA_INFO_KIND, where it differs: both `tun` and `tap` are `tun` there. */
  readonly kernelKind?: string
  /** The family of generic netlink that the kernel loads the module for, where it does not for a kind of link. */
  readonly loadedBy?: string
  /** Tells kinds apart that share the kernel's name, by the options that were read. */
  readonly matches?: (raw: Readonly<Record<string, unknown>>) => boolean
  /** IFLA_INFO_DATA, and as `separate` lines what {@link generic} sets: what can be set. */
  readonly options: AttributeTable<Options>
  /** How the options are read and set that rtnetlink does not know. */
  readonly generic?: GenericOptions
  /** IFLA_INFO_DATA: what can only be read. */
  readonly status?: AttributeTable<Status>
  /** IFLA_INFO_SLAVE_DATA, and as `separate` lines what {@link generic} sets: what can be set on a port of such a link. */
  readonly port?: AttributeTable<Port>
  /** IFLA_INFO_SLAVE_DATA: what can only be read. */
  readonly portStatus?: AnyAttributeTable
  /** Options that `ip` has to be told again with every change. */
  readonly toldAgain?: readonly (keyof Options & string)[]
  /** Options that a living device does not change: another value makes it anew. */
  readonly immutable?: readonly (keyof Options & string)[]
  /** Sets of options of which a new link needs one, besides what its table requires. */
  readonly needsOneOf?: readonly (readonly (keyof Options & string)[])[]
  /** Options of which a link has one at the most; they share the kernel's attribute. */
  readonly exclusive?: readonly (keyof Options & string)[]
  /** Options that the kernel takes only while another one has one of some values, so that they go when that one changes. */
  readonly onlyWith?: Readonly<
    Partial<Record<keyof Options & string, { readonly [Name in keyof Options]?: readonly Options[Name][] }>>
  >
  /** Whether a change of one of the other options can only be had by making the device, which had options, anew. */
  readonly needsNewDevice?: (
    option: string,
    before: unknown,
    after: unknown,
    had: Readonly<Record<string, unknown>>,
  ) => boolean
  /** Whether a change of one option sets all others to nothing unless they are told again: the tunnels over IP. */
  readonly changedAsWhole?: boolean
  /** Options that the kernel keeps as multiples of another one, by that one: they are told again when it changes. */
  readonly multiplesOf?: Readonly<Partial<Record<keyof Options & string, readonly (keyof Options & string)[]>>>
  /** Whether a default is left unsaid of a new link and a new port: the kernel refuses to be told some in some modes. */
  readonly defaultsUnsaid?: boolean
  /** Whether what follows by {@link defaultsBy} is left unsaid of a new link: the kernel refuses it beside some options. */
  readonly followingUnsaid?: boolean
  /** Options that name a port of the link, which is there only later. */
  readonly namesPorts?: readonly (keyof Options & string)[]
  /** Those of them that the kernel refuses where what they name is no port of the link. */
  readonly onlyPorts?: readonly (keyof Options & string)[]
  /**
   * What takes an option from a living device again which the kernel tells only of a device that has it; `undefined` where
   * it goes by not being told, with {@link changedAsWhole}. Without any other such option the device is made anew.
   */
  readonly cleared?: { readonly [Name in keyof Options]?: Options[Name] | undefined }
  /** Options that the kernel changes by itself, so that a snapshot leaves them out. */
  readonly momentary?: readonly (keyof Options & string)[]
  /**
   * Options of which the kernel tells a value for a time that is none of a setting, by the options and the status: what
   * they are set to nobody can see then.
   */
  readonly passing?: (options: Partial<Options>, status: Partial<Status>) => readonly (keyof Options & string)[]
  /** Options that the kernel does not tell of a device, so that nobody can see whether they are as they should be. */
  readonly untold?: readonly (keyof Options & string)[]
  /** How features of ethtool begin that a program or the kernel changes by itself, so that a snapshot leaves them out. */
  readonly momentaryFeatures?: readonly string[]
  /** Whether the device stays when the one below it goes. */
  readonly survivesLower?: boolean
  /** The option without which the device goes down with the one below it, and up with it again. */
  readonly downWithLowerUnless?: keyof Options & string
  /** Whether a link is down for a moment when it becomes its port, and when it is one no longer. */
  readonly portsGoDown?: boolean
  /** Properties that every link has which a living device of this kind does not change. */
  readonly immutableProperties?: readonly string[]
  /** Properties of the link that change only while it is down. */
  readonly changedWhileDown?: readonly string[]
  /**
   * Properties of the link that mean something else at creation: a bridge forgets its MTU with the first port. Where
   * setting one to what the link has already is nothing to the kernel, too, the link is made with another value.
   */
  readonly setAfterCreation?: Readonly<Record<string, { readonly ordinary?: unknown; readonly madeWith?: unknown }>>
  /** Properties of the link that a living device refuses in one message with options, so that they follow these. */
  readonly setAfterOptions?: readonly string[]
  /** Properties of the link that an option decides at creation, so that they do not outlive another value of it. */
  readonly decides?: Readonly<Partial<Record<keyof Options & string, readonly string[]>>>
  /** Whether its MTU is at most that of the device below. */
  readonly mtuWithinLower?: true
  /** The smallest MTU of such links. Default 68, that of IPv4. */
  readonly smallestMtu?: number
  /** The largest one, where the kernel does not tell that it is what it refuses. */
  readonly largestMtu?: number
  /** What the kernel takes where an option is not given; a snapshot leaves these out. */
  readonly defaults?: Readonly<Partial<Options>>
  /** The same for options whose default follows from other ones, of the options that are given, and from the link's MAC. */
  readonly defaultsBy?: (options: Partial<Options>, mac?: string) => Readonly<Partial<Options>>
  /** The same for what every link has; `mtu`, `txQueueLength`, `arp`, `multicast` where they are unusual. */
  readonly generalDefaults?: GeneralDefaults
  /** The same for a port. */
  readonly portDefaults?: Readonly<Partial<Port>>
  /** {@link onlyWith} of a port, by options of what it is a port of. */
  readonly portOnlyWith?: Readonly<
    Partial<Record<keyof Port & string, { readonly [Name in keyof Options]?: readonly Options[Name][] }>>
  >
  /** {@link cleared} of a port. */
  readonly portCleared?: { readonly [Name in keyof Port]?: Port[Name] | undefined }
  /** Options with which a link tells all that there is to tell of its ports. */
  readonly tellsPortsWith?: Readonly<Partial<Options>>
  /** Options that name another link, which must exist first: the device below, or a peer. */
  readonly dependsOn?: readonly (keyof Options & string)[]
  /** Kinds on none of which such a link stands: told one of them, the kernel puts it on what that stands on. */
  readonly standsBelow?: readonly string[]
  /** Kinds on none of which the kernel makes such a link. */
  readonly neverOn?: readonly string[]
  /** What it is that takes all frames of the devices below, or of the ports: a device hands them to one such alone. */
  readonly takesFramesAs?: string
  /** Whether it hands its frames to nothing that takes all of them. */
  readonly keepsFrames?: boolean
  /** Whether what is below must carry Ethernet frames, or since which release; lo is below neither. */
  readonly ethernetBelow?: true | readonly [major: number, minor: number]
  /** The option that names the device below whose MAC address such a link has: it has none of its own. */
  readonly macOf?: keyof Options & string
  /** Options that name an address which the kernel binds a socket to, so that it must be there first. */
  readonly boundTo?: readonly (keyof Options & string)[]
  /** Of a kind that comes in pairs, whose options have those of `PairOptions`: how the ends are related. */
  readonly pair?: PairKind
  /** How it comes into being: by RTM_NEWLINK, or through /dev/net/tun. */
  readonly creation?: 'rtnetlink' | 'tuntap'
  /**
   * Whether the device carries Ethernet frames and so can have a MAC address and be a bridge's port; `false` where it is
   * of another hardware type, and nothing that needs Ethernet can stand on it.
   */
  readonly ethernet?: boolean
  /** Whether ports can be put into it. */
  readonly hasPorts?: boolean
  /** Kinds of which the kernel makes no link its port. */
  readonly neverPorts?: readonly string[]
  /** Whether lo is no port of it. */
  readonly noLoopbackPort?: boolean
  /** Whether only what carries Ethernet frames can be its port. */
  readonly ethernetPorts?: boolean
  /** Whether what has no MAC address at all cannot be its port. */
  readonly portsHaveMac?: boolean
  /** Options without which it gives its ports a MAC address, so that these must take one. */
  readonly givesMacUnless?: { readonly [Name in keyof Options]?: readonly Options[Name][] }
  /** Options with which it has no MAC address though it carries Ethernet frames. */
  readonly noMacWith?: { readonly [Name in keyof Options]?: readonly Options[Name][] }
}

/** A link kind whose options are not known at compile time. */
export interface AnyLinkKind
  extends Omit<
    LinkKind,
    | 'options'
    | 'status'
    | 'port'
    | 'toldAgain'
    | 'immutable'
    | 'exclusive'
    | 'onlyWith'
    | 'needsOneOf'
    | 'multiplesOf'
    | 'decides'
    | 'dependsOn'
    | 'downWithLowerUnless'
    | 'namesPorts'
    | 'onlyPorts'
    | 'cleared'
    | 'passing'
    | 'momentary'
    | 'untold'
    | 'defaults'
    | 'defaultsBy'
    | 'portDefaults'
    | 'portOnlyWith'
    | 'portCleared'
    | 'tellsPortsWith'
    | 'macOf'
    | 'boundTo'
    | 'givesMacUnless'
    | 'noMacWith'
  > {
  readonly options: AnyAttributeTable
  readonly status?: AnyAttributeTable
  readonly port?: AnyAttributeTable
  readonly toldAgain?: readonly string[]
  readonly immutable?: readonly string[]
  readonly exclusive?: readonly string[]
  readonly onlyWith?: Readonly<Partial<Record<string, Readonly<Record<string, readonly unknown[] | undefined>>>>>
  readonly needsOneOf?: readonly (readonly string[])[]
  readonly multiplesOf?: Readonly<Partial<Record<string, readonly string[]>>>
  readonly decides?: Readonly<Partial<Record<string, readonly string[]>>>
  readonly dependsOn?: readonly string[]
  readonly downWithLowerUnless?: string
  readonly macOf?: string
  readonly boundTo?: readonly string[]
  readonly namesPorts?: readonly string[]
  readonly onlyPorts?: readonly string[]
  readonly givesMacUnless?: Readonly<Record<string, readonly unknown[] | undefined>>
  readonly noMacWith?: Readonly<Record<string, readonly unknown[] | undefined>>
  /** Options of which the kernel tells a value for a time that is none of a setting. */
  readonly passing?: (options: object, status: object) => readonly string[]
  readonly cleared?: Readonly<Record<string, unknown>>
  readonly momentary?: readonly string[]
  readonly untold?: readonly string[]
  readonly defaults?: object
  /** What the kernel takes where an option is not given, as other ones and the link's MAC decide. */
  readonly defaultsBy?: (options: object, mac?: string) => object
  readonly portDefaults?: object
  readonly portOnlyWith?: Readonly<Partial<Record<string, Readonly<Record<string, readonly unknown[] | undefined>>>>>
  readonly portCleared?: Readonly<Record<string, unknown>>
  readonly tellsPortsWith?: object
}

/** Describes a link kind; {@link registerLinkKind} makes it known. */
export function defineLinkKind<
  const Name extends string,
  Options extends object,
  Port extends object = NoOptions,
  Status extends object = NoOptions,
>(kind: LinkKind<Name, Options, Port, Status>): LinkKind<Name, NoInfer<Options>, NoInfer<Port>, NoInfer<Status>> {
  // NoInfer: where it is an argument of registerLinkKind, the parameter's type would decide what Status is.
  return kind
}
