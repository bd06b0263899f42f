import test from 'ava'
import fc from 'fast-check'
import { formatAddress } from '../../src/ip/address.js'
import { formatMac } from '../../src/ip/mac.js'
import { Payload, Writer } from '../../src/netlink/bytes.js'
import { type DecodeContext, type Domain, type EncodeContext, withoutNames } from '../../src/netlink/codec.js'
import type { AnyAttributeTable } from '../../src/netlink/table.js'
import { linkKinds } from '../../src/rtnetlink/kinds/registry.js'

const context: EncodeContext & DecodeContext = {
  linkIndex: (name) => Number(name.slice(1)),
  linkName: (index) => `v${index}`,
  namespaceFd: Number,
}

const addressOf = ({ family, cast }: Extract<Domain, { type: 'address' }>): fc.Arbitrary<string> =>
  fc
    .oneof(...[4, 16].map((size) => fc.uint8Array({ minLength: size, maxLength: size })))
    .filter((bytes) => family === undefined || (bytes.length === 4) === (family === 'inet'))
    .map((bytes) => {
      if (cast === 'multicast') bytes[0] = bytes.length === 4 ? 0xe0 | ((bytes[0] ?? 0) & 15) : 0xff
      if (cast === 'unicast') bytes[0] = (bytes[0] ?? 0) & 0x7f
      return formatAddress(bytes)
    })

/** Values that a domain says are good. */
function valuesOf(domain: Domain): fc.Arbitrary<unknown> {
  switch (domain.type) {
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer({ min: domain.minimum, max: Math.min(domain.maximum, Number.MAX_SAFE_INTEGER) })
    case 'bigint':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
    case 'seconds':
      return fc
        .integer({
          min: Math.ceil((domain.minimum ?? 0) / domain.resolution),
          max: Math.min(domain.maximum / domain.resolution, 2 ** 32 - 1),
        })
        .map((units) => units / Math.round(1 / domain.resolution))
    case 'enumeration':
      return fc.constantFrom(...domain.names)
    case 'text':
      return fc.stringMatching(/^[a-z0-9]+$/).map((text) => text.slice(0, domain.maximumLength))
    case 'mac':
      return fc.uint8Array({ minLength: 6, maxLength: 6 }).map(formatMac)
    case 'address':
      return addressOf(domain)
    case 'link':
      return fc.integer({ min: 1, max: 0x7fffffff }).map((index) => `v${index}`)
    case 'namespace':
    case 'user':
    case 'userGroup': {
      const number = fc.integer({ min: 0, max: 0xfffffffe })
      return domain.type === 'namespace' ? number.map(String) : number
    }
    // In messages of their own.
    case 'vlans':
    case 'vnis':
      return fc.constant(undefined)
    case 'bytes':
      return fc.uint8Array({ maxLength: 40 })
    case 'key':
      return fc
        .uint8Array({ minLength: domain.length, maxLength: domain.length })
        .map((bytes) => Buffer.from(bytes).toString('base64'))
    case 'octets':
      return fc
        .constantFrom(...domain.lengths)
        .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))
        .map((bytes) => Buffer.from(bytes).toString('hex'))
    case 'keyFile':
      return fc.constant(undefined)
    case 'endpoint':
      return fc.tuple(addressOf({ type: 'address' }), fc.integer({ min: 1, max: 0xffff })).map(([address, port]) => {
        return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
      })
    case 'prefix':
      return addressOf({ type: 'address' }).map((address) => `${address}/${address.includes(':') ? 128 : 32}`)
    case 'hexadecimal':
      return fc
        .uint8Array({ minLength: domain.bytes, maxLength: domain.bytes })
        .map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`)
    case 'mark':
      return fc.integer({ min: 0, max: 0xffffffff })
    case 'rate':
      return fc.integer({ min: 0, max: 2 ** 40 }).map((bytes) => bytes * 8)
    case 'percent':
      return fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100)
    case 'handle':
      return fc.integer({ min: 1, max: 0xfffe }).map((major) => `${major.toString(16)}:`)
    case 'list':
      return fc.array(valuesOf(domain.item), { maxLength: domain.maximum ?? 6 })
    case 'object': {
      const { properties, required } = domain
      const model = Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, valuesOf(inner)]))
      return fc.record(model, { requiredKeys: [...required] })
    }
  }
}

function written(table: AnyAttributeTable, values: object): Payload {
  const writer = new Writer()
  table.encode(values, writer, context)
  return new Payload(writer.finish())
}

/** Options that exclude each other share an attribute: one of them is kept. */
function withoutRivals(table: AnyAttributeTable, values: object): Record<string, unknown> {
  const taken = new Set<number>()
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => {
      const line = table.lines[name]
      if (!line || line.outer || line.separate) return false
      const isRival = line.bit === undefined && taken.has(line.type)
      taken.add(line.type)
      return !isRival
    }),
  )
}

/** What is read of what was not written: the other bits of a shared attribute without a mask, and what stands for a missing one. */
function implied(table: AnyAttributeTable, written: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const types = new Set(
    Object.keys(written).flatMap((name) => [table.lines[name]?.type, table.lines[name]?.countsBy?.type]),
  )
  const entries = table.names.flatMap((name): [string, unknown][] => {
    const line = table.lines[name]
    if (!line || line.outer || name in written) return []
    if (line.bit !== undefined && line.bits !== 'masked' && types.has(line.type)) return [[name, false]]
    return line.absent === undefined ? [] : [[name, line.absent]]
  })
  return Object.fromEntries(entries)
}

const tables = [...linkKinds()].flatMap(({ kind, options, generic, status, port, portStatus }) =>
  Object.entries({
    // What a spec says there is more than messages have, which test/genetlink looks at.
    [kind]: generic ? undefined : options,
    [`${kind} status`]: status,
    [`${kind}Port`]: port,
    [`${kind}Port status`]: portStatus,
  }).flatMap(([title, table]) => (table && table.names.length > 0 ? [{ title, table }] : [])),
)

for (const { title, table } of tables) {
  test(`${title}: what is written is read`, (t) => {
    fc.assert(
      fc.property(valuesOf(table.domain), (values) => {
        if (typeof values !== 'object' || values === null) throw new TypeError('no object')
        const given = withoutRivals(table, values)
        const unknown: NonNullable<DecodeContext['unknown']> = []
        const read = table.decode(written(table, given), { ...context, unknown })
        t.deepEqual({ ...read }, { ...implied(table, given), ...given })
        // What goes in front of a list is a command and no property.
        const commands = table.names.map((name) => table.lines[name]?.before?.type)
        t.deepEqual(
          unknown.filter(({ type }) => !commands.includes(type)),
          [],
        )
      }),
      { numRuns: 300 },
    )
  })

  test(`${title}: no bytes make it throw, and what is read can be written`, (t) => {
    const attributes = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.uint8Array({ maxLength: 20 })))
    const plausible = attributes.map((list) => {
      const writer = new Writer()
      for (const [type, bytes] of list) {
        writer.append(Uint8Array.from([bytes.length + 4, 0, type, 0]))
        writer.append(bytes)
        writer.align()
      }
      return writer.finish()
    })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), plausible), (bytes) => {
        const read = table.decode(new Payload(bytes), context)
        const own = withoutRivals(table, read)
        const again = table.decode(written(table, own), context)
        t.deepEqual(withoutRivals(table, again), own)
        table.locate(new Payload(bytes), bytes.length >> 1)
      }),
      { numRuns: 300 },
    )
  })
}

test('an unresolved name is the caller’s mistake', (t) => {
  for (const { table } of tables) {
    for (const [name, line] of Object.entries(table.lines)) {
      if (line.codec.domain.type !== 'link' || line.outer) continue
      t.throws(() => table.encode({ [name]: 'v9' }, new Writer(), withoutNames), { instanceOf: TypeError })
    }
  }
})
