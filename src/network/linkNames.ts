// Notifications about a link's addresses may come after that of its deletion.
const remembered = 256

/** The names of links, kept up to date by notifications. */
export class LinkNames {
  #names = new Map<number, string>()
  readonly #gone: number[] = []

  /** The name of a link, or its index where it is not known. */
  nameOf(index: number): string | number {
    return this.#names.get(index) ?? index
  }

  /** Takes the place of all that was known. */
  reset(links: readonly { readonly index: number; readonly name: string }[]): void {
    this.#names = new Map(links.map(({ index, name }) => [index, name]))
    this.#gone.length = 0
  }

  set(index: number, name: string): void {
    this.#names.set(index, name)
    const position = this.#gone.indexOf(index)
    if (position >= 0) this.#gone.splice(position, 1)
  }

  /** Notes that a link was deleted; its name is kept for a while. */
  delete(index: number): void {
    this.#gone.push(index)
    const forgotten = this.#gone.length > remembered ? this.#gone.shift() : undefined
    if (forgotten !== undefined) this.#names.delete(forgotten)
  }
}
