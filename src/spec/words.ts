/** Words of a line that were not read yet. */
export interface Words {
  /** Takes the next word; throws a {@link WordError} where there is none. */
  next(what: string): string
  /** The next word, not taken. */
  peek(): string | undefined
}

/** Why a word could not be read. */
export class WordError extends Error {}

/** The words of a text that was written word by word. */
export function wordsOf(text: string): Words {
  const left = text.split(' ').reverse()
  return {
    next(what) {
      const word = left.pop()
      if (word === undefined) throw new WordError(`${what} is missing`)
      return word
    },
    peek: () => left.at(-1),
  }
}

/** The number that a word is, decimal or hexadecimal. */
export function numberOf(text: string): number {
  if (/^0\d+$/.test(text)) throw new WordError(`${JSON.stringify(text)} is octal to ip: leave out the zero in front`)
  if (!/^(0x[0-9a-fA-F]+|\d+)$/.test(text)) throw new WordError(`${JSON.stringify(text)} is not a number`)
  return Number(text)
}
