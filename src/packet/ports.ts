import { setWord, word } from './header.js'

/** What the headers of TCP and UDP begin with. */
export class WithPorts {
  /** The segment or datagram up to its end. */
  readonly bytes: Uint8Array

  protected constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** From which port. */
  get sourcePort(): number {
    return word(this.bytes, 0)
  }
  set sourcePort(port: number) {
    setWord(this.bytes, 0, port)
  }

  /** To which port. */
  get destinationPort(): number {
    return word(this.bytes, 2)
  }
  set destinationPort(port: number) {
    setWord(this.bytes, 2, port)
  }
}
