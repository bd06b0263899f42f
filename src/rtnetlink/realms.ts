/** `from/to`, or `to` alone, as RTA_FLOW and FRA_FLOW have them: the first in the upper half. */
export function realmNumber(realms: string): number {
  const match = /^(?:(\d{1,5})\/)?(\d{1,5})$/.exec(realms)
  const from = Number(match?.[1] ?? 0)
  const to = Number(match?.[2])
  if (!match || from > 0xffff || to > 0xffff) {
    throw new RangeError(`${JSON.stringify(realms)} is not a realm or from/to`)
  }
  return from * 0x10000 + to
}

/** The text of {@link realmNumber}. */
export function realmText(number: number): string {
  const from = number >>> 16
  const to = number & 0xffff
  return from === 0 ? String(to) : `${from}/${to}`
}
