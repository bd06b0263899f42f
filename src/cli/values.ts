import { InvalidArgumentError } from 'commander'

/** A duration on the command line. */
export function seconds(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && Number.isFinite(value)) return value
  throw new InvalidArgumentError('It must be a number of seconds.')
}

/** A whole number on the command line. */
export function integer(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number.')
}

/** An option that can be given more than once. */
export function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

/** `ADDRESS:PORT`, an IPv6 address in brackets; can be given more than once. */
export function endpoints(
  text: string,
  before: readonly { address: string; port: number }[] = [],
): readonly { address: string; port: number }[] {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  const address = bracketed ?? plain
  if (address === undefined) throw new InvalidArgumentError('It must be ADDRESS:PORT, an IPv6 address in brackets.')
  return [...before, { address, port: Number(port) }]
}
