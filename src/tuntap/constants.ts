// include/uapi/linux/if_tun.h and if.h; ioctl numbers as on every architecture that Node supports.
export const TUNSETIFF = 0x400454ca
export const TUNSETPERSIST = 0x400454cb
export const TUNSETOWNER = 0x400454cc
export const TUNSETGROUP = 0x400454ce
export const TUNSETOFFLOAD = 0x400454d0
export const TUNSETSNDBUF = 0x400454d4
export const TUNGETVNETHDRSZ = 0x800454d7
export const TUNGETIFF = 0x800454d2
export const TUNSETVNETHDRSZ = 0x400454d8

export const IFF_TUN = 0x0001
export const IFF_TAP = 0x0002
export const IFF_MULTI_QUEUE = 0x0100
export const IFF_PERSIST = 0x0800
export const IFF_NO_PI = 0x1000
export const IFF_VNET_HDR = 0x4000
export const IFF_TUN_EXCL = 0x8000

/** include/uapi/linux/sockios.h: the length of a link's transmit queue. */
export const SIOCSIFTXQLEN = 0x8943

export const IFNAMSIZ = 16

/** TUN_F_*: what TUNSETOFFLOAD takes. */
export const offloadBits = {
  checksum: 0x01,
  tso4: 0x02,
  tso6: 0x04,
  tsoEcn: 0x08,
  uso4: 0x20,
  uso6: 0x40,
} as const
