import { type Codec, MalformedError } from '../netlink/codec.js'
import { binary, text } from '../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'

/** The longest name of a table, a chain, a set or an object: NFT_NAME_MAXLEN. */
export const nameText: Codec<string> = text(255)

// NF_DROP, NF_ACCEPT, enum nft_verdicts: include/uapi/linux/netfilter.h, nf_tables.h
const verdictCodes = { drop: 0, accept: 1, continue: -1, break: -2, jump: -3, goto: -4, return: -5 } as const

/** What becomes of a packet. */
export type VerdictCode = keyof typeof verdictCodes

const verdictCode: Codec<VerdictCode> = {
  domain: { type: 'enumeration', names: Object.keys(verdictCodes) },
  encode(value, writer) {
    const offset = writer.reserve(4)
    writer.view.setInt32(offset, verdictCodes[value])
  },
  decode(payload) {
    if (payload.length < 4) throw new MalformedError('half a verdict')
    const code = payload.view.getInt32(payload.start)
    for (const name of Object.keys(verdictCodes) as VerdictCode[]) if (verdictCodes[name] === code) return name
    throw new MalformedError(`verdict ${code}`)
  },
}

/** A verdict; `chain` is where a jump goes. */
export interface Verdict {
  readonly code?: VerdictCode
  readonly chain?: string
}

/** A value or a verdict: enum nft_data_attributes. */
export interface DataValue {
  readonly value?: Uint8Array
  readonly verdict?: Verdict
}

/** NFTA_DATA_* */
export const dataValue: AttributeTable<DataValue> = attributeTable<DataValue>({
  value: attribute(1, binary),
  verdict: attribute(2, attributeTable<Verdict>({ code: attribute(1, verdictCode), chain: attribute(2, nameText) })),
})
