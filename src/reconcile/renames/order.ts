/** One change of a name; a swap needs one more, over a name that nobody has. */
export interface Rename {
  /** The name that the link had at first. */
  readonly first: string
  /** The name that it has in the end. */
  readonly last: string
  readonly from: string
  readonly to: string
}

/** Puts renames into an order in which each new name is free, with temporary names where they go round in a circle. */
export function renameOrder(names: ReadonlyMap<string, string>, taken: ReadonlySet<string>): Rename[] {
  const order: Rename[] = []
  const pending = new Map<string, { readonly first: string; readonly last: string }>()
  for (const [first, last] of names) pending.set(first, { first, last })
  const used = new Set([...taken, ...names.values()])
  while (pending.size > 0) {
    const before = pending.size
    // What becomes free on the way is found by the next round.
    for (const [from, { first, last }] of pending) {
      if (pending.has(last)) continue
      order.push({ first, last, from, to: last })
      pending.delete(from)
    }
    if (pending.size < before) continue
    for (const [from, names] of pending) {
      const aside = freeName(used)
      used.add(aside)
      order.push({ ...names, from, to: aside })
      pending.delete(from)
      pending.set(aside, names)
      break
    }
  }
  return order
}

/** A name that nobody has, of at most 15 bytes. */
export function freeName(taken: ReadonlySet<string>): string {
  for (let count = 0; ; count++) if (!taken.has(`renaming${count}`)) return `renaming${count}`
}
