import { withoutNames } from '../netlink/codec.js'
import type { Connection } from '../netlink/connection.js'
import type { RequestOptions } from '../netlink/exchange.js'
import { buildMessage, decodeMessage, type NetlinkMessage } from '../netlink/message.js'
import { be32 } from '../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'
import { NFT_MSG_GETGEN } from './constants.js'
import { netfilterHeader } from './layout.js'

/** NFTA_GEN_* */
interface GenerationAttributes {
  readonly id?: number
}

const generationAttributes: AttributeTable<GenerationAttributes> = attributeTable<GenerationAttributes>({
  id: attribute(1, be32),
})

const layout = { header: netfilterHeader, attributes: generationAttributes }

function getGeneration(): NetlinkMessage {
  return buildMessage({
    layout,
    type: NFT_MSG_GETGEN,
    flags: 0,
    subject: 'ruleset: generation',
    header: { family: 0, version: 0, resource: 0 },
    context: withoutNames,
  })
}

/**
 * The number of the ruleset of a namespace, which each change of any table of it counts up by one
 * (net/netfilter/nf_tables_api.c, nf_tables_commit).
 */
export async function readGeneration(connection: Connection, options: RequestOptions): Promise<number> {
  const decode = ({ body }: { readonly body: Parameters<typeof decodeMessage>[1] }): number | undefined =>
    decodeMessage(layout, body, withoutNames).attributes.id
  const [id = 0] = await connection.ask(getGeneration(), decode, options)
  return id
}
