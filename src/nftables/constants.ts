// include/uapi/linux/netfilter/nfnetlink.h and nf_tables.h
const NFNL_SUBSYS_NFTABLES = 10
export const NFNL_MSG_BATCH_BEGIN = 0x10
export const NFNL_MSG_BATCH_END = 0x11

/** The type of a message of nf_tables: the number of its subsystem, and its own. */
const message = (number: number): number => (NFNL_SUBSYS_NFTABLES << 8) | number

export const NFT_MSG_NEWTABLE: number = message(0)
export const NFT_MSG_GETTABLE: number = message(1)
export const NFT_MSG_DELTABLE: number = message(2)
export const NFT_MSG_NEWCHAIN: number = message(3)
export const NFT_MSG_GETCHAIN: number = message(4)
export const NFT_MSG_DELCHAIN: number = message(5)
export const NFT_MSG_NEWRULE: number = message(6)
export const NFT_MSG_GETRULE: number = message(7)
export const NFT_MSG_DELRULE: number = message(8)
export const NFT_MSG_NEWSET: number = message(9)
export const NFT_MSG_GETSET: number = message(10)
export const NFT_MSG_DELSET: number = message(11)
export const NFT_MSG_NEWSETELEM: number = message(12)
export const NFT_MSG_GETSETELEM: number = message(13)
export const NFT_MSG_DELSETELEM: number = message(14)
export const NFT_MSG_GETGEN: number = message(16)
export const NFT_MSG_NEWOBJ: number = message(18)
export const NFT_MSG_GETOBJ: number = message(19)
export const NFT_MSG_DELOBJ: number = message(20)

/** The subsystem, as the header of a batch's bounds tells it. */
export const batchSubsystem: number = NFNL_SUBSYS_NFTABLES

/** NFPROTO_*: include/uapi/linux/netfilter.h */
export const tableFamilies = { inet: 1, arp: 3, bridge: 7 } as const

/** The packets that a table sees: IPv4 and IPv6 together, ARP that is for this host, or the frames of bridges. */
export type TableFamily = keyof typeof tableFamilies

/** All of them. */
export const allFamilies: readonly TableFamily[] = ['inet', 'bridge', 'arp']
