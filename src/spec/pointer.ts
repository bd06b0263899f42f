/** A place in a spec: the keys from the top. */
export type Path = readonly (string | number)[]

/** Writes a path as a JSON pointer (RFC 6901). */
export function pointer(path: Path): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The value at a path, for a message: as JSON, shortened. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
