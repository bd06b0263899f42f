/** A copy without the properties that are `undefined`: what is not given is absent. */
export function defined<T extends object>(object: { readonly [Name in keyof T]: T[Name] | undefined }): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T
}
