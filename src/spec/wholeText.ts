/**
 * Whether a text has whole characters only. Half of a surrogate pair is none, and would be written as another one; what the
 * kernel has that is no UTF-8 is read as such halves.
 */
export function isWholeText(text: string): boolean {
  return !/\p{Cs}/u.test(text)
}

/** What is wrong with any other text. */
export const halfCharacter = 'half of a surrogate pair is no character'
