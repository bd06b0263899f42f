import { enumeration, i32, u8, u32 } from '../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'

/** The programs that a link's packets pass before anything else sees them: `ip -d link`. */
export interface LinkXdp {
  /** Where the program runs: `generic` is in the stack, `multi` says that there are several. */
  readonly attached: 'driver' | 'generic' | 'offload' | 'multi'
  /** The number of the program, where there is one alone: `bpftool prog show id`. */
  readonly programId?: number
  /** The number of the program that the driver runs. */
  readonly driverProgramId?: number
  /** The number of the program that the stack runs. */
  readonly genericProgramId?: number
  /** The number of the program that the device itself runs. */
  readonly offloadProgramId?: number
}

/** The attributes of IFLA_XDP, of which a descriptor and its flags are only said, and the rest is only told. */
export interface XdpAttributes extends Partial<Omit<LinkXdp, 'attached'>> {
  readonly fd?: number
  readonly attached?: LinkXdp['attached'] | 'none'
  readonly flags?: number
}

// XDP_ATTACHED_*, IFLA_XDP_*: include/uapi/linux/if_link.h
const attached = enumeration(u8, { none: 0, driver: 1, generic: 2, offload: 3, multi: 4 })

export const xdpAttributes: AttributeTable<XdpAttributes> = attributeTable<XdpAttributes>({
  fd: attribute(1, i32),
  attached: attribute(2, attached),
  flags: attribute(3, u32),
  programId: attribute(4, u32),
  driverProgramId: attribute(5, u32),
  genericProgramId: attribute(6, u32),
  offloadProgramId: attribute(7, u32),
})

/** What is attached; `undefined` where nothing is. */
export function attachedXdp({ attached = 'none', ...programs }: XdpAttributes = {}): LinkXdp | undefined {
  return attached === 'none' ? undefined : { attached, ...programs }
}
