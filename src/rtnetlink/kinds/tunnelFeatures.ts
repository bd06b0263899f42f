/**
 * What a VXLAN or Geneve device can do for tunnels inside of its own and at first does not, seen on Linux 7.3; up to 6.18
 * these cannot be changed.
 */
export const tunnelFeatures: Readonly<Record<string, boolean>> = {
  'tx-gso-partial': false,
  'tx-gre-segmentation': false,
  'tx-gre-csum-segmentation': false,
  'tx-ipxip4-segmentation': false,
  'tx-ipxip6-segmentation': false,
  'tx-udp_tnl-segmentation': false,
  'tx-udp_tnl-csum-segmentation': false,
}
