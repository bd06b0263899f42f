import { NetworkError } from '../error.js'

/** Where something stands in a file. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** A file that is neither YAML nor JSON, with the place at which it ceases to be. */
export class Unreadable extends NetworkError {
  readonly file: string
  readonly place: Place | undefined
  /** What is wrong, without the place. */
  readonly reason: string
  /** The lines of the file around the place, as the parser shows them. */
  readonly excerpt: string

  /** @param told what the parser says, with the place in words and the excerpt behind it */
  constructor(file: string, told: string) {
    super('INVALID_SPEC', `${file}: ${told}`)
    this.file = file
    const [reason = told, line, column, excerpt = ''] = told.split(/ at line (\d+), column (\d+):?\n*/)
    this.place = line === undefined ? undefined : { line: Number(line), column: Number(column) }
    this.reason = reason
    this.excerpt = excerpt
  }
}
