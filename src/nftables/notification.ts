import { findAttribute } from '../netlink/attribute.js'
import type { Payload } from '../netlink/bytes.js'
import { withoutNames } from '../netlink/codec.js'
import { text } from '../netlink/scalars.js'
import { netfilterHeader } from './layout.js'

/** NFNLGRP_NFTABLES: include/uapi/linux/netfilter/nfnetlink.h */
export const NFNLGRP_NFTABLES = 7

// The number of NFTA_TABLE_NAME, NFTA_CHAIN_TABLE, NFTA_RULE_TABLE and so on: it is one for all objects of a table.
const NFTA_TABLE = 1
// NFT_TABLE_MAXNAMELEN, without the zero byte
const tableName = text(255)

/** The table that a notification of a change is about; `undefined` for what is about none. */
export function changedTable(body: Payload): string | undefined {
  const table = findAttribute(body.slice(body.start + netfilterHeader.size), NFTA_TABLE)
  return table && tableName.decode(table, withoutNames)
}
