/** Words of a line that were not read yet. */
export interface Words {
  /** Takes the next word; throws a {@link WordError} where there is none. */
  next(what: string): string
  /** The next word, not taken. */
  peek(): string | undefined
}

/** Why a word could not be read. */
export class WordError extends Error {}

/** The number that a word is, decimal or hexadecimal. */
export function numberOf(text: string): number {
  if (!/^(0x[0-9a-fA-F]+|\d+)$/.test(text)) throw new WordError(`${JSON.stringify(text)} is not a number`)
  return Number(text)
}
