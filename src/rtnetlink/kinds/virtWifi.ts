import { linkReference } from '../../netlink/scalars.js'
import { attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'

/** Options of a wireless device for tests: `ip link add link LINK name NAME type virt_wifi`. */
export interface VirtWifiOptions {
  /** The device below, which must be an Ethernet one. */
  readonly link?: string | number
}

/** `ip link add link LINK name NAME type virt_wifi`: an Ethernet device as programs see a wireless one. */
export const virtWifi: LinkKind<'virtWifi', VirtWifiOptions> = defineLinkKind({
  kind: 'virtWifi',
  kernelKind: 'virt_wifi',
  // IFLA_LINK; drivers/net/wireless/virtual/virt_wifi.c, virt_wifi_newlink
  options: attributeTable<VirtWifiOptions>({ link: attribute(5, linkReference, { outer: true }) }, ['link']),
  immutable: ['link'],
  generalDefaults: { mtu: undefined },
  dependsOn: ['link'],
  ethernet: true,
})
