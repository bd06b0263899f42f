/**
 * Makes objects whose properties are known only when they are made, but mostly the same as the last time. An object
 * that grows by computed names is a hash table to V8, with several times the memory; a copy of one of the shape is not.
 */
export class Shape {
  #names: readonly string[] = []
  #template: Readonly<Record<string, unknown>> = {}

  /** An object of names and their values; the last value of a name counts. */
  objectOf(names: readonly string[], values: readonly unknown[]): Record<string, unknown> {
    if (!this.#fits(names)) this.#learn(names)
    const object = { ...this.#template }
    for (let index = 0; index < names.length; index++) object[names[index] ?? ''] = values[index]
    return object
  }

  #fits(names: readonly string[]): boolean {
    if (names.length !== this.#names.length) return false
    for (let index = 0; index < names.length; index++) if (names[index] !== this.#names[index]) return false
    return true
  }

  #learn(names: readonly string[]): void {
    this.#names = names
    this.#template = JSON.parse(JSON.stringify(Object.fromEntries(names.map((name) => [name, null]))))
  }
}
