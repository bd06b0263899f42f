import { text, u32 } from '../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'

/** The port of a device that a link is, as `devlink port` names it. */
export interface DevlinkPort {
  /** The bus that the device is on, such as `pci`. */
  readonly bus?: string
  /** The device on its bus, such as `0000:01:00.0`. */
  readonly device?: string
  /** The number of the port. */
  readonly index?: number
}

// DEVLINK_ATTR_*: include/uapi/linux/devlink.h
export const devlinkPort: AttributeTable<DevlinkPort> = attributeTable<DevlinkPort>({
  bus: attribute(1, text(255)),
  device: attribute(2, text(255)),
  index: attribute(3, u32),
})

/** The pin of a clock that a link gives its frequency to. */
export interface DpllPin {
  /** The number of the pin. */
  readonly id?: number
}

// DPLL_A_PIN_ID: include/uapi/linux/dpll.h
export const dpllPin: AttributeTable<DpllPin> = attributeTable<DpllPin>({ id: attribute(1, u32) })
