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

  constructor(file: string, told: string, place: Place | undefined) {
    super('INVALID_SPEC', `${file}: ${told}`)
    this.file = file
    this.place = place
    const [reason = told, excerpt = ''] = told.split(/ at line \d+, column \d+:?\n*/)
    this.reason = reason
    this.excerpt = excerpt
  }
}
