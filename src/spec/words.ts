/** Words of a line that were not read yet. */
export interface Words {
  /** Takes the next word; throws a {@link WordError} where there is none. */
  next(what: string): string
  /** The next word, not taken. */
  peek(): string | undefined
  /** Whether they are those of a command, some of which `ip` shows otherwise than it takes them. */
  readonly ofCommand: boolean
}

/** Why a word could not be read. */
export class WordError extends Error {}

/** The words of a text that was written word by word, as a command has them. */
export function wordsOf(text: string): Words {
  const left = text.split(' ').reverse()
  return {
    next(what) {
      const word = left.pop()
      if (word === undefined) throw new WordError(`${what} is missing`)
      return word
    },
    peek: () => left.at(-1),
    ofCommand: true,
  }
}

/** The number that a word is, decimal or hexadecimal. */
export function numberOf(text: string): number {
  if (/^0\d+$/.test(text)) throw new WordError(`${JSON.stringify(text)} is octal to ip: leave out the zero in front`)
  if (!/^(0x[0-9a-fA-F]+|\d+)$/.test(text)) throw new WordError(`${JSON.stringify(text)} is not a number`)
  return Number(text)
}
