/** What an object has under a name by itself, without calling a getter; `undefined` of what is no object. */
export function ownValue(object: unknown, name: string | number): unknown {
  return typeof object === 'object' && object !== null
    ? Object.getOwnPropertyDescriptor(object, name)?.value
    : undefined
}

/** Whether a value is an object of named values, no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
