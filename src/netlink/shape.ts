/** Objects of so many shapes come by turns: links of several kinds. */
const mostTemplates = 4

interface Template {
  readonly names: readonly string[]
  readonly object: Readonly<Record<string, unknown>>
}

/** Names and their values that are to become an object. */
export class Gathered {
  readonly names: string[] = []
  readonly values: unknown[] = []
  /** How many are meant; what lies behind is of another object. */
  count = 0

  /** What has no value is left out. */
  add(name: string, value: unknown): void {
    if (value === undefined) return
    this.names[this.count] = name
    this.values[this.count++] = value
  }

  /** Where a name stands; -1 where it was not added. */
  placeOf(name: string): number {
    const place = this.names.indexOf(name)
    return place < this.count ? place : -1
  }
}

/** Lists that have grown before: those that grow anew for each object are most of what reading many leaves behind. */
const unused: Gathered[] = []

/**
 * Makes objects whose properties are known only when they are made, but mostly the same as lately. An object that grows
 * by computed names is a hash table to V8, with several times the memory; a copy of one of the shape is not.
 */
export class Shape {
  #templates: readonly Template[] = []

  /** An object of what `gather` adds; the last value of a name counts. */
  objectOf(gather: (gathered: Gathered) => void): Record<string, unknown> {
    const gathered = unused.pop() ?? new Gathered()
    try {
      gather(gathered)
      const { names, values, count } = gathered
      const object = { ...this.#templateOf(gathered).object }
      for (let index = 0; index < count; index++) object[names[index] ?? ''] = values[index]
      return object
    } finally {
      gathered.count = 0
      unused.push(gathered)
    }
  }

  #templateOf(gathered: Gathered): Template {
    for (const template of this.#templates) if (fits(template, gathered)) return template
    const names = gathered.names.slice(0, gathered.count)
    const object = JSON.parse(JSON.stringify(Object.fromEntries(names.map((name) => [name, null]))))
    const template = { names, object }
    this.#templates = [template, ...this.#templates.slice(0, mostTemplates - 1)]
    return template
  }
}

function fits(template: Template, { names, count }: Gathered): boolean {
  if (template.names.length !== count) return false
  for (let index = 0; index < count; index++) if (names[index] !== template.names[index]) return false
  return true
}
