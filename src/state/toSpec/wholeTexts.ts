import { isWholeText } from '../../spec/wholeText.js'

/** A spec of a link without the texts in it that no spec can have, and without what they leave empty. */
export function withWholeTexts<Spec extends object>(spec: Spec): Spec {
  if (isWhole(spec)) return spec
  const copy = structuredClone(spec)
  strip(copy)
  return copy
}

function isWhole(value: unknown): boolean {
  if (typeof value === 'string') return isWholeText(value)
  return typeof value !== 'object' || value === null || Object.values(value).every(isWhole)
}

function strip(object: object): void {
  for (const [name, value] of Object.entries(object)) {
    if (isWhole(value)) continue
    const rest: unknown = Array.isArray(value)
      ? value.filter((item) => typeof item !== 'string' || isWhole(item))
      : value
    if (typeof rest === 'object' && rest !== null) strip(rest)
    if (typeof rest === 'string' || isEmpty(rest)) Reflect.deleteProperty(object, name)
    else Reflect.set(object, name, rest)
  }
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
