import { readFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { walkAttributes } from '../../src/netlink/attribute.js'
import { align4, littleEndian, Payload } from '../../src/netlink/bytes.js'
import type { EncodeContext } from '../../src/netlink/codec.js'
import { headerSize, type NetlinkMessage, NLM_F_ACK } from '../../src/netlink/message.js'
import { inRepository } from './repository.js'

/** What a tool sent for a command; recorded by scripts/captureGolden.ts. */
export interface Golden {
  readonly iproute2: string
  readonly links: Readonly<Record<string, number>>
  readonly messages: readonly { readonly tool: string; readonly command: string; readonly bytes: string }[]
}

/** Reads test/golden/NAME.json. */
export function readGolden(name: string): Golden {
  return JSON.parse(readFileSync(inRepository(`test/golden/${name}.json`), 'utf8'))
}

/** Resolves the names of the links that the fixture was recorded with. */
export function goldenContext({ links }: Golden): EncodeContext {
  return {
    linkIndex(name) {
      const index = links[name]
      if (index === undefined) throw new Error(`the fixture has no link ${name}`)
      return index
    },
    namespaceFd() {
      throw new Error('no namespaces here')
    },
  }
}

/** How to write attributes that hold others, by number. */
type Nested = ReadonlyMap<number, (payload: Payload) => string[]>

/** A message as what it says: type, flags, fixed header, attributes in any order. */
function essence(bytes: Uint8Array, bodySize: number, nested: Nested, meaningless: ReadonlySet<string>): object {
  const whole = new Payload(bytes)
  const fixed = headerSize + align4(bodySize)
  return {
    type: whole.view.getUint16(4, littleEndian),
    flags: whole.view.getUint16(6, littleEndian) & ~NLM_F_ACK,
    header: Buffer.from(bytes.subarray(headerSize, fixed)).toString('hex'),
    attributes: attributesOf(whole.slice(fixed), nested).filter((attribute) => !meaningless.has(attribute)),
  }
}

/** Attributes as text, in a fixed order. */
export function attributesOf(range: Payload, nested: Nested = new Map()): string[] {
  const found: string[] = []
  walkAttributes(range, (type, start, end) => {
    const payload = range.slice(start, end)
    const inner = nested.get(type)
    const value = inner ? `{ ${inner(payload).join(', ')} }` : hexadecimal(payload)
    found.push(`${type}: ${value}`)
  })
  return found.sort()
}

/** RTA_MULTIPATH as text: `ip` leaves chance bytes between the next hops. */
export function nexthopsOf(range: Payload): string[] {
  const found: string[] = []
  for (let start = range.start; start < range.end; ) {
    const length = range.view.getUint16(start, littleEndian)
    const attributes = attributesOf(range.slice(start + 8, start + length), new Map([[22, attributesOf]]))
    found.push(`${hexadecimal(range.slice(start + 2, start + 8))} { ${attributes.join(', ')} }`)
    start += align4(length)
  }
  return found
}

function hexadecimal(range: Payload): string {
  return Buffer.from(range.copy()).toString('hex')
}

/**
 * Compares what we send for each command with what the tool sent; no command may be without a counterpart.
 *
 * @param bodySize bytes of the fixed header
 * @param nested how to read attributes that are compared by what they hold, by number
 * @param meaningless attributes that are not compared, as `NUMBER: HEXADECIMAL`
 */
export function compareGolden(
  t: ExecutionContext,
  golden: Golden,
  ours: Readonly<Record<string, NetlinkMessage>>,
  bodySize: number,
  nested: Nested = new Map(),
  meaningless: ReadonlySet<string> = new Set(),
): void {
  t.deepEqual(Object.keys(ours).sort(), golden.messages.map(({ command }) => command).sort())
  for (const { command, bytes } of golden.messages) {
    const message = ours[command]
    if (!message) continue
    const essenceOf = (sent: Uint8Array): object => essence(sent, bodySize, nested, meaningless)
    t.deepEqual(essenceOf(message.bytes), essenceOf(Buffer.from(bytes, 'hex')), command)
  }
}
