import { Payload, Writer } from '../../netlink/bytes.js'
import type { DecodeContext, EncodeContext } from '../../netlink/codec.js'
import { snakeCase } from '../../netlink/snakeCase.js'
import type { Attribute, AttributeTable } from '../../netlink/table.js'
import type { TeamOptionAttributes } from './attributes.js'

/** The kernel's name of an option. */
export function teamOptionName(option: string, { ip }: Attribute<unknown>): string {
  return typeof ip === 'string' ? ip : snakeCase(option)
}

/** Options as the items of a message, in the order of their table. */
export function itemsOf<T extends object>(
  { names, lines }: AttributeTable<T>,
  options: T,
  context: EncodeContext,
  of: Pick<TeamOptionAttributes, 'port'> = {},
): TeamOptionAttributes[] {
  return names.flatMap((name): TeamOptionAttributes[] => {
    const line: Attribute<unknown> = lines[name]
    const value = options[name]
    if (value === undefined) return []
    const item = { name: teamOptionName(name, line), type: line.type, ...of }
    if (line.codec.presence && value === false) return [item]
    const writer = new Writer()
    line.codec.encode(value, writer, context)
    return [{ ...item, data: writer.bytes.slice(0, writer.length) }]
  })
}

/** The options of a table that items tell. */
export function optionsOfItems<T extends object>(
  { names, lines }: AttributeTable<T>,
  items: readonly TeamOptionAttributes[],
  context: DecodeContext,
): Partial<T> {
  const byName = new Map(names.map((name) => [teamOptionName(name, lines[name]), name]))
  const options: Partial<T> = {}
  for (const { name, type, data, removed } of items) {
    const option = byName.get(name ?? '')
    if (option === undefined || removed || lines[option].type !== type) continue
    const { codec } = lines[option]
    if (data) options[option] = codec.decode(new Payload(data), context)
    else if (codec.presence) options[option] = false as T[typeof option]
  }
  return options
}
