import { readFileSync } from 'node:fs'
import test from 'ava'
import type { AnyAttributeTable } from '../../src/netlink/table.js'
import { linkKinds } from '../../src/rtnetlink/kinds/registry.js'
import { sameValue } from '../../src/state/equal.js'
import { sectionOf } from '../../src/state/link.js'
import { declaredCases, kindCases } from '../helpers/kindCases.js'
import { inRepository } from '../helpers/repository.js'

type Values = Readonly<Record<string, unknown>>

interface Section {
  readonly section: string
  /** What the kernel does not tell. */
  readonly untold: readonly string[]
  readonly table: AnyAttributeTable
  readonly defaults: Values
}

/** The options of a kind, and those of its ports. */
const sections = [...linkKinds()].flatMap(
  ({ kind, options, defaults = {}, untold = [], port, portDefaults = {} }): Section[] => [
    { section: kind, untold, table: options, defaults: { ...defaults } },
    ...(port ? [{ section: `${kind}Port`, untold: [], table: port, defaults: { ...portDefaults } }] : []),
  ],
)

/** What no case can have, with the test that has it. */
const elsewhere: Readonly<Record<string, string>> = {
  'bond.primary': 'test/reconcile/bonds.test.ts',
  'bond.activeSlave': 'test/reconcile/bonds.test.ts',
  'bridge.vlans': 'test/reconcile/vlans.test.ts',
  'bridge.vlanOptions': 'test/reconcile/vlans.test.ts',
  'bridgePort.vlans': 'test/reconcile/vlans.test.ts',
  'macsec.transmitAssociations': 'test/reconcile/macsec.test.ts',
  'macsec.receiveChannels': 'test/reconcile/macsec.test.ts',
  'team.activePort': 'test/reconcile/team.test.ts',
  'vxlan.vnis': 'test/reconcile/vnis.test.ts',
  'wireguard.privateKeyFile': 'test/reconcile/wireguard.test.ts',
}

/** What no test can have: there must be hardware that does it, and the kernel knows one value alone. */
const untestable: ReadonlySet<string> = new Set(['macsec.offload', 'bridge.multicastHashElasticity'])

const isCovered = (section: string, name: string): boolean =>
  `${section}.${name}` in elsewhere || untestable.has(`${section}.${name}`)

/** Every set of options that cases give, at first or later. */
function givenIn(section: string): { readonly first: Values[]; readonly later: Values[] } {
  const cases = [...kindCases, ...declaredCases].filter((one) => one.section === section)
  return {
    first: cases.map(({ link }) => sectionOf(link, section) ?? {}),
    later: cases.flatMap(({ changes = {}, recreates = [] }) => [sectionOf(changes, section) ?? {}, ...recreates]),
  }
}

const has = (values: Values, name: string): boolean => values[name] !== undefined

for (const { section, untold, table, defaults } of sections) {
  test(`${section} has a case, and each of its options a value that is not the default`, (t) => {
    const { first, later } = givenIn(section)
    t.true(first.length > 0, 'there is no case')
    const missing = table.names.filter(
      (name) =>
        !isCovered(section, name) &&
        ![...first, ...later].some((values) => has(values, name) && !sameValue(values[name], defaults[name])),
    )
    t.deepEqual(missing, [])
  })

  test(`each option of ${section} is changed, or shown to be immutable`, (t) => {
    const { later } = givenIn(section)
    const unchanged = table.names.filter(
      (name) => !isCovered(section, name) && !untold.includes(name) && !later.some((values) => has(values, name)),
    )
    t.deepEqual(unchanged, [])
  })
}

test('what cases cannot have is in the tests that are said to have it', (t) => {
  for (const [option, file] of Object.entries(elsewhere)) {
    const [, name = ''] = option.split('.')
    t.true(new RegExp(`\\b${name}\\b`).test(readFileSync(inRepository(file), 'utf8')), option)
  }
})
