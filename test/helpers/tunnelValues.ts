import type { TunnelEncapsulation } from '../../src/rtnetlink/kinds/tunnel.js'

export const fou = 'modprobe -aq fou fou6 ip_tunnel; true'
export const encapsulation: TunnelEncapsulation = {
  encapsulation: 'gue',
  encapsulationSourcePort: 1000,
  encapsulationDestinationPort: 2000,
  encapsulationChecksum: true,
  encapsulationChecksum6: true,
  encapsulationRemoteChecksum: true,
}
export const shownEncap = {
  type: 'gue',
  sport: 1000,
  dport: 2000,
  csum: true,
  csum6: true,
  remcsum: true,
}
export const otherEncapsulation: TunnelEncapsulation = {
  encapsulation: 'fou',
  encapsulationSourcePort: 1001,
  encapsulationDestinationPort: 2001,
  encapsulationChecksum: false,
  encapsulationChecksum6: false,
  encapsulationRemoteChecksum: false,
}
export const shownOtherEncap = { type: 'fou', sport: 1001, dport: 2001, csum: false, csum6: false, remcsum: false }
export const otherEncapsulationShown = Object.fromEntries(
  Object.keys(encapsulation).map((key) => [key, { encap: shownOtherEncap }]),
)
export const encapsulationShown = Object.fromEntries(
  Object.keys(encapsulation).map((key) => [key, { encap: shownEncap }]),
)
export const overIpv4 = { link: 'v0', local: '10.0.0.1', remote: '10.0.0.9', fwmark: 0x77, ttl: 9, tos: 0x10 }
export const overIpv4Shown = {
  link: { link: 'v0' },
  local: { local: '10.0.0.1' },
  remote: { remote: '10.0.0.9' },
  fwmark: { fwmark: '0x77' },
  ttl: { ttl: 9 },
  tos: { tos: '0x10' },
}
export const otherOverIpv4 = { link: 'v1', local: '10.0.0.2', remote: '10.0.0.8', fwmark: 0x78, ttl: 7, tos: 4 }
export const otherOverIpv4Shown = {
  link: { link: 'v1' },
  local: { local: '10.0.0.2' },
  remote: { remote: '10.0.0.8' },
  fwmark: { fwmark: '0x78' },
  ttl: { ttl: 7 },
  tos: { tos: '0x4' },
}
export const overIpv6 = {
  link: 'v0',
  local: 'fd00::1',
  remote: 'fd00::9',
  fwmark: 0x77,
  hopLimit: 9,
  encapsulationLimit: 5,
  flowInfo: 0x0120_0345,
  copyDscp: true,
  allowLocalRemote: true,
}
export const overIpv6Shown = {
  link: { link: 'v0' },
  local: { local: 'fd00::1' },
  remote: { remote: 'fd00::9' },
  fwmark: { fwmark: '0x77' },
  hopLimit: { ttl: 9 },
  encapsulationLimit: {},
  flowInfo: {},
  copyDscp: {},
  allowLocalRemote: {},
}
export const otherOverIpv6 = {
  link: 'v1',
  local: 'fd00::2',
  remote: 'fd00::8',
  fwmark: 0x78,
  hopLimit: 7,
  encapsulationLimit: 6,
  flowInfo: 0x0230_0456,
  copyDscp: false,
  allowLocalRemote: false,
}
export const otherOverIpv6Shown = {
  ...overIpv6Shown,
  link: { link: 'v1' },
  local: { local: 'fd00::2' },
  remote: { remote: 'fd00::8' },
  fwmark: { fwmark: '0x78' },
  hopLimit: { ttl: 7 },
}
export const inheriting = {
  remote: 'fd00::9',
  ignoreEncapsulationLimit: true,
  inheritTrafficClass: true,
  inheritFlowLabel: true,
  inheritFwmark: true,
}
export const inheritingShown = {
  remote: { remote: 'fd00::9' },
  ignoreEncapsulationLimit: {},
  inheritTrafficClass: {},
  inheritFlowLabel: {},
  inheritFwmark: {},
}
