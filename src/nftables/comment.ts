// NFTNL_UDATA_RULE_COMMENT of libnftnl: a byte of type, one of length, and the text with its zero byte.
const commentType = 0
// NFT_USERDATA_MAXLEN: include/uapi/linux/netfilter/nf_tables.h
const longest = 256 - 3

/** A comment as `nft` keeps it with a rule. */
export function userDataOf(comment: string): Uint8Array {
  const text = new TextEncoder().encode(comment)
  if (text.length > longest - 1) throw new RangeError(`a comment of more than ${longest - 1} bytes: ${comment}`)
  return Uint8Array.of(commentType, text.length + 1, ...text, 0)
}

/** The comment in what is kept with a rule. */
export function commentOf(userData: Uint8Array | undefined): string | undefined {
  if (!userData) return undefined
  for (let position = 0; position + 2 <= userData.length; ) {
    const [type = 0, length = 0] = userData.subarray(position)
    const value = userData.subarray(position + 2, position + 2 + length)
    if (type === commentType) return new TextDecoder().decode(value.subarray(0, Math.max(0, length - 1)))
    position += 2 + length
  }
  return undefined
}
