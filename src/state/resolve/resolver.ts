import { NetworkError, type Problem } from '../../error.js'
import { readMacsecKey } from '../../genetlink/macsec/key.js'
import { readKeyFile } from '../../genetlink/wireguard/key.js'
import { nearest } from '../../nearest.js'
import type { Address } from '../../rtnetlink/address.js'
import { type Path, pointer } from '../../spec/pointer.js'
import type { NameTable, SystemNames } from '../../system/names.js'

/** Looks names up, and notes the ones that are not known. */
export class Resolver {
  readonly names: SystemNames
  readonly problems: Problem[] = []
  readonly #directory: string | undefined

  /** @param directory where relative paths of files begin; default the working directory */
  constructor(names: SystemNames, directory?: string) {
    this.names = names
    this.#directory = directory
  }

  /** The number of a name, or 0 with a problem noted. */
  number(table: NameTable, name: string | number, path: Path, what: string): number {
    const number = table.number(name)
    if (number === undefined) {
      const hint = nearest(String(name), table.names)
      this.report(path, `unknown ${what} ${JSON.stringify(name)}`, hint)
      return 0
    }
    const { minimum, maximum } = table
    if (number >= minimum && number <= maximum) return number
    this.report(path, `${JSON.stringify(name)} is no ${what}: they go from ${minimum} to ${maximum}`)
    return 0
  }

  /** Notes what is wrong, and what was probably meant. */
  report(path: Path, message: string, meant?: string): void {
    this.problems.push({
      path: pointer(path),
      message,
      ...(meant === undefined ? {} : { hint: `did you mean ${meant}?` }),
    })
  }

  /** The key that a file holds, or none with a problem noted. */
  keyOf(file: string, path: Path, isHexadecimal = false): string | undefined {
    try {
      return isHexadecimal ? readMacsecKey(file, this.#directory) : readKeyFile(file, this.#directory)
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error
      this.report(path, error.message)
      return undefined
    }
  }
}

const scopeNames: Readonly<Record<number, string>> = {
  0: 'global',
  200: 'site',
  253: 'link',
  254: 'host',
  255: 'nowhere',
}

/** A scope as the decoders name it: by the kernel's own five names, else by its number. */
export function scopeName(scope: string | number, path: Path, resolver: Resolver): NonNullable<Address['scope']> {
  const number = resolver.number(resolver.names.scopes, scope, path, 'scope')
  return (scopeNames[number] ?? String(number)) as NonNullable<Address['scope']>
}
