/** The number of the network of a tunnel, which `ip` refuses beside `external`. */
export function vniWords(id: number, { collectMetadata }: Readonly<Record<string, unknown>>): string {
  return collectMetadata === true ? '' : `id ${id}`
}

/** The TTL of a tunnel, which `ip` takes once: as a number, or as that of the packet inside. */
export function ttlWords(ttl: number, { ttlInherit }: Readonly<Record<string, unknown>>): string {
  return ttlInherit === true ? '' : `ttl ${ttl}`
}
