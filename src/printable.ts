/**
 * What does something to a terminal instead of being shown, or turns the order of the letters around it: the kernel
 * takes it in names and aliases of links, from whoever may set them in a namespace.
 */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** A text for people, with the number of each character that they would not see; lines stay apart. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => (character === '\n' ? character : escaped(character)))
}

/** The same in one line. */
export function printableLine(text: string): string {
  return text.replace(unprintable, escaped)
}

/** As JSON and `$'…'` of a shell write it. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
