import { NetworkError } from '../error.js'
import { withoutNames } from '../netlink/codec.js'
import type { Connection } from '../netlink/connection.js'
import type { RequestOptions } from '../netlink/exchange.js'
import { decodeMessage } from '../netlink/message.js'
import { be32, be64 } from '../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'
import { NFT_MSG_GETTABLE, type TableFamily } from './constants.js'
import { nameText } from './data.js'
import { netfilterHeader, objectMessage } from './layout.js'

/** A table, as messages about what is in it name it. */
export interface TableName {
  readonly family: TableFamily
  readonly table: string
}

/** NFTA_TABLE_*: include/uapi/linux/netfilter/nf_tables.h */
export interface TableAttributes {
  readonly name?: string
  readonly flags?: number
  readonly handle?: bigint
}

export const tableAttributes: AttributeTable<TableAttributes> = attributeTable<TableAttributes>({
  name: attribute(1, nameText),
  flags: attribute(2, be32),
  handle: attribute(4, be64),
})

/** The flags of a table; `undefined` where there is none. */
export async function readTableFlags(
  connection: Connection,
  where: TableName,
  options: RequestOptions,
): Promise<number | undefined> {
  const { family, table } = where
  const subject = `table ${family} ${table}: read`
  const attributes = { name: table }
  const message = objectMessage({ table: tableAttributes, type: NFT_MSG_GETTABLE, family, subject, attributes })
  try {
    const layout = { header: netfilterHeader, attributes: tableAttributes }
    const [flags = 0] = await connection.ask(
      message,
      ({ body }) => decodeMessage(layout, body, withoutNames).attributes.flags,
      options,
    )
    return flags
  } catch (error) {
    // A kernel without tables of a family says that it does not know the family.
    if (error instanceof NetworkError && ['ENOENT', 'EAFNOSUPPORT', 'EOPNOTSUPP'].includes(error.code)) return undefined
    throw error
  }
}
