/** What an object has under a name by itself, without calling a getter; `undefined` of what is no object. */
export function ownValue(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null
    ? Object.getOwnPropertyDescriptor(object, name)?.value
    : undefined
}
