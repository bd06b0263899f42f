/** An address or a neighbor with the mark that it had, or none. */
export function asItWas<T extends { readonly protocol?: number }>(object: T): T {
  return { ...object, protocol: object.protocol ?? 0 }
}
