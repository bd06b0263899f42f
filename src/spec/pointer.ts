/** A place in a spec: the keys from the top. */
export type Path = readonly (string | number)[]

/** Writes a path as a JSON pointer (RFC 6901). */
export function pointer(path: Path): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The value at a path, for a message: as JSON, shortened; what may be a secret key is not shown at all. */
export function shown(value: unknown, path: Path = []): string {
  const text = textOf(value)
  if (mayBeSecret(text, path)) return '(hidden)'
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** As JSON, or by its type where there is none: NaN, functions, and what is no plain data. */
function textOf(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object') return typeof value === 'string' ? JSON.stringify(value) : String(value)
  try {
    return JSON.stringify(value, (_key, inner: unknown) => withoutJson(inner)) ?? 'an object'
  } catch {
    // A circle, or a getter or a toJSON that throws.
    return 'an object'
  }
}

/** What stands for a value inside another one that JSON would refuse, or leave out. */
function withoutJson(inner: unknown): unknown {
  if (typeof inner === 'bigint') return `${inner}n`
  return typeof inner === 'function' ? '(function)' : inner
}

/** Whether a value may be a key, or part of one, by its place or by its look; better once too often than too seldom. */
function mayBeSecret(text: string, path: Path): boolean {
  if (/key|psk|secret/i.test(String(path.at(-1)))) return true
  if (/(?:key|psk|secret)"\s*:|[A-Za-z0-9+/]{40}/i.test(text)) return true
  // All digits of a key without quotes are a number for YAML.
  return hasKeys(path) && /[A-Za-z0-9+/]{20}|\de\+\d/.test(text)
}

/** The name of a property that is none, for a message: not with a key that a missing space has made a part of it. */
export function shownName(name: string, path: Path): string {
  const isSecret = /(?:key|psk|secret)[^a-z]|[A-Za-z0-9+/]{40}/i.test(name)
  return isSecret || (hasKeys(path) && /\d/.test(name) && /[A-Za-z0-9+/]{20}/.test(name)) ? '(hidden)' : name
}

function hasKeys(path: Path): boolean {
  return path.includes('wireguard') || path.includes('macsec')
}
