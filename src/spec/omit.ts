/** An object without its undefined properties. */
export function defined<T extends object>(object: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Name in keyof T]?: Exclude<T[Name], undefined> }
}

/** A value, unless it is the default. */
export function unless<T>(fallback: unknown, value: T | undefined): T | undefined {
  return value === fallback ? undefined : value
}
