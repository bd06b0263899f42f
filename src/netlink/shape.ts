/** Objects of so many shapes come by turns: links of several kinds. */
const mostTemplates = 4

interface Template {
  readonly names: readonly string[]
  readonly object: Readonly<Record<string, unknown>>
}

/**
 * Makes objects whose properties are known only when they are made, but mostly the same as lately. An object that grows
 * by computed names is a hash table to V8, with several times the memory; a copy of one of the shape is not.
 */
export class Shape {
  #templates: readonly Template[] = []

  /** An object of names and their values; the last value of a name counts. */
  objectOf(names: readonly string[], values: readonly unknown[]): Record<string, unknown> {
    const object = { ...this.#templateOf(names).object }
    for (let index = 0; index < names.length; index++) object[names[index] ?? ''] = values[index]
    return object
  }

  #templateOf(names: readonly string[]): Template {
    for (const template of this.#templates) if (fits(template, names)) return template
    const object = JSON.parse(JSON.stringify(Object.fromEntries(names.map((name) => [name, null]))))
    const template = { names, object }
    this.#templates = [template, ...this.#templates.slice(0, mostTemplates - 1)]
    return template
  }
}

function fits({ names }: Template, others: readonly string[]): boolean {
  if (names.length !== others.length) return false
  for (let index = 0; index < names.length; index++) if (names[index] !== others[index]) return false
  return true
}
