/** The names that slots have. */
export type Names = ReadonlyMap<string, string>

/** The name of a slot. */
export function name(names: Names, slot: string): string {
  return names.get(slot) ?? slot
}

/** What a table says at a place; with `whole` over what its first entry says, which is everything. */
export function said<Value extends object>(table: readonly Value[], place: number | undefined, whole: boolean): object {
  const chosen = place === undefined ? {} : (table[place] ?? {})
  return whole ? { ...table[0], ...chosen } : chosen
}

/** What is made of a value, if there is one. */
export function choice<Value, Result>(value: Value | undefined, make: (value: Value) => Result): Result | undefined {
  return value === undefined ? undefined : make(value)
}

/** A property, if it has a value. */
export function optional(property: string, value: unknown): object {
  return value === undefined ? {} : { [property]: value }
}
