import test, { type ExecutionContext } from 'ava'
import { NetworkError } from '../../src/error.js'
import type { AnyAttributeTable } from '../../src/netlink/table.js'
import { changeLinkMessages, wholeChanges } from '../../src/rtnetlink/changeLink.js'
import { createLinkMessages } from '../../src/rtnetlink/createLink.js'
import { decodeLink, decodeLinkName } from '../../src/rtnetlink/decodeLink.js'
import { linkKind } from '../../src/rtnetlink/kinds/registry.js'
import type { Link, ListedLink } from '../../src/rtnetlink/link.js'
import { deleteLink, dumpLinks, getLink } from '../../src/rtnetlink/linkMessages.js'
import { sameValue } from '../../src/state/equal.js'
import { shownBy } from '../helpers/kindCase.js'
import { type KindCase, kindCases } from '../helpers/kindCases.js'
import { kindOfSection, loadKind, unknownOptions } from '../helpers/kindLacking.js'
import { type TestNetwork, testNetwork } from '../helpers/objects.js'
import { record } from '../helpers/record.js'
import { skipped } from '../helpers/skipped.js'

type Values = Readonly<Record<string, unknown>>

function valuesOf(value: unknown): Values {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}

/** The options of a link in a section such as `vxlan` or `bridgePort`. */
function sectionOf(link: object, section: string): Values {
  return valuesOf(valuesOf(link)[section])
}

function tableOf(section: string): { table: AnyAttributeTable | undefined; defaults: Values } {
  const own = linkKind(section)
  if (own) return { table: own.options, defaults: valuesOf(own.defaults) }
  const master = linkKind(section.replace(/Port$/, ''))
  return { table: master?.port, defaults: valuesOf(master?.portDefaults) }
}

/** Links as they are now, by names of the moment. */
class Links {
  readonly #network: TestNetwork
  readonly #section: string

  constructor(network: TestNetwork, section: string) {
    this.#network = network
    this.#section = section
  }

  async create(link: Link): Promise<void> {
    for (const message of createLinkMessages(link, await this.#context())) await this.#network.send(message)
  }

  async change(link: Link, changes: Partial<Link>): Promise<void> {
    const messages = changeLinkMessages(
      { target: { name: link.name }, kind: link.kind, changes: wholeChanges(changes, await this.read(link)) },
      await this.#context(),
    )
    for (const message of messages) await this.#network.send(message)
  }

  async delete(link: Link): Promise<void> {
    await this.#network.send(deleteLink({ name: link.name }))
  }

  async read(link: Link): Promise<ListedLink> {
    const context = await this.#context()
    const [listed] = await this.#network.connection.ask(getLink({ name: link.name }), ({ body }) =>
      decodeLink(body, context),
    )
    if (!listed) throw new Error(`${link.name} is not listed`)
    return listed
  }

  /** What `ip` prints of the options, and of the device below. */
  show(link: Link): Values {
    return shownBy(this.#network, link.name, this.#section)
  }

  /** Everything that `ip` prints but what changes by itself. */
  showAll(link: Link): Values {
    const [shown = {}] = this.#network.ip('link', 'show', 'dev', link.name)
    // The permanent address of some tunnels is a random one, and the largest MTU does not follow their options.
    const text = JSON.stringify({ ...shown, ifindex: 0, permaddr: undefined, max_mtu: 0 })
    return JSON.parse(text, (key, value: unknown) => (key.endsWith('_timer') ? 0 : value))
  }

  async #context() {
    const { items } = await this.#network.connection.dump(dumpLinks(), ({ body }) => decodeLinkName(body))
    return {
      linkIndex: (name: string) => items.find((link) => link.name === name)?.index ?? 0,
      linkName: (index: number) => items.find((link) => link.index === index)?.name ?? index,
      namespaceFd: () => -1,
    }
  }
}

/** The link with nothing but what it cannot do without; nothing where the kernel lacks its kind. */
async function plainLink(
  t: ExecutionContext,
  links: Links,
  { link, section, plain: needed = [] }: KindCase,
): Promise<Link | undefined> {
  const required = linkKind(link.kind ?? '')?.options.domain
  const names = [...(required?.type === 'object' ? required.required : []), ...needed]
  const given = sectionOf(link, link.kind ?? '')
  const options = Object.fromEntries(names.map((name) => [name, given[name]]))
  const master = link.master === undefined ? {} : { master: link.master }
  const plain: Link = { name: link.name, kind: link.kind ?? '', ...master, [link.kind ?? '']: options }
  await loadKind(kindOfSection(section))
  try {
    await links.create(plain)
    return plain
  } catch (error) {
    if (!(error instanceof NetworkError) || error.code !== 'EOPNOTSUPP') throw error
    skipped(t, `this kernel has no ${section}: ${error.message}`)
    return undefined
  }
}

/** A kernel as a case needs to know it. */
interface Knowledge {
  /** What it said that it does not know. */
  readonly unknown: ReadonlySet<string>
  /** What it tells of a new link. */
  readonly listed: Values
}

async function knowledgeOf(
  t: ExecutionContext,
  { connection }: TestNetwork,
  kindCase: KindCase,
  fresh: ListedLink,
): Promise<Knowledge> {
  return { unknown: await unknownOptions(t, kindCase, connection), listed: sectionOf(fresh, kindCase.section) }
}

/** Those options that this kernel knows: one that has a default and is not told is unknown to it. */
function known(t: ExecutionContext, section: string, options: Values, { unknown, listed }: Knowledge): Values {
  const entries = Object.entries(options)
  const { defaults } = tableOf(section)
  const untold = linkKind(section)?.untold ?? []
  const lacks = (name: string) => unknown.has(name) || (name in defaults && !(name in listed) && !untold.includes(name))
  const lacking = entries.map(([name]) => name).filter(lacks)
  if (lacking.length > 0) t.log(`not tested, this kernel lacks ${lacking.join(', ')}`)
  return Object.fromEntries(entries.filter(([name]) => !lacking.includes(name)))
}

/** Sees the options as `ip` prints them and as we read them. */
async function see(
  t: ExecutionContext,
  links: Links,
  link: Link,
  section: string,
  options: Values,
  shown: KindCase['shown'],
): Promise<void> {
  const read = sectionOf(await links.read(link), section)
  const printed = links.show(link)
  for (const [name, value] of Object.entries(options)) {
    const expected = shown[name]
    if (!expected) throw new Error(`the case does not say how ip shows ${section}.${name}`)
    const isUntold = linkKind(section)?.untold?.includes(name) && !(name in read)
    if (!isUntold) t.deepEqual(unordered(read[name]), unordered(value), `${section}.${name}`)
    for (const [key, word] of Object.entries(expected)) t.deepEqual(printed[key], word, `${section}.${name}: ${key}`)
  }
}

/** The kernel keeps no order of lists. */
function unordered(value: unknown): unknown {
  return Array.isArray(value) ? value.map((item) => JSON.stringify(item)).sort() : value
}

/** What has no default of its own: it follows other options, a parameter of the module, or the link's speed. */
const varying = new Set([
  'vxlan.port',
  'vxlan.reservedBits',
  'macsec.sci',
  'bridgePort.cost',
  // 0.1 where the mode needs it.
  'bond.miiInterval',
  'geneve.udp6ZeroChecksumRx',
  // Told as 0 by devices that go by the metadata of routes.
  'geneve.id',
  'xfrm.id',
])

for (const kindCase of kindCases) {
  const { title, setup = 'true', section, link, shown, changes, changed = {}, together, recreates = [] } = kindCase
  test.serial(`created with all options, changed, and made anew of what was listed: ${title}`, async (t) => {
    const network = await testNetwork(t)
    network.sh(setup)
    const links = new Links(network, section)
    const plain = await plainLink(t, links, kindCase)
    if (!plain) return
    const fresh = await links.read(plain)
    t.deepEqual(
      (fresh.unknown ?? []).filter(({ path }) => path[0] === 'linkInfo'),
      [],
    )
    await links.delete(plain)

    const knowledge = await knowledgeOf(t, network, kindCase, fresh)
    const options = known(t, section, sectionOf(link, section), knowledge)
    const made: Link = { ...link, [section]: options }
    await links.create(made)
    await see(t, links, link, section, options, shown)

    const altered = known(t, section, sectionOf(changes ?? {}, section), knowledge)
    if (Object.keys(altered).length > 0) {
      await links.change(link, { [section]: altered })
      await see(t, links, link, section, altered, changed)
      // What was not named stays.
      const rest = Object.fromEntries(
        Object.entries(options).filter(([name]) => !(name in altered) && !linkKind(section)?.untold?.includes(name)),
      )
      if (Object.keys(rest).length > 0) t.like(sectionOf(await links.read(link), section), rest)
    }

    const listed = await links.read(link)
    const seen = links.showAll(link)
    await links.delete(link)
    await links.create(listed)
    t.deepEqual(links.showAll(link), seen)
    const lacking = Object.keys(sectionOf(link, section)).filter((option) => !(option in options))
    record({ type: 'kind', section, created: Object.keys(options), lacking })
  })

  test.serial(`each option changes alone, or not at all: ${title}`, async (t) => {
    const network = await testNetwork(t)
    network.sh(setup)
    const links = new Links(network, section)
    const plain = await plainLink(t, links, kindCase)
    if (!plain) return
    const fresh = await links.read(plain)
    await links.delete(plain)
    const knowledge = await knowledgeOf(t, network, kindCase, fresh)
    const knownOf = (options: Values): Values => known(t, section, options, knowledge)
    await links.create({ ...link, [section]: knownOf(sectionOf(link, section)) })
    const changeable = knownOf(sectionOf(changes ?? {}, section))
    const final = Object.fromEntries(recreates.flatMap((values) => Object.entries(knownOf(values)).slice(0, 1)))
    for (const [option, value] of Object.entries({ ...final, ...(together ? {} : changeable) })) {
      const before = sectionOf(await links.read(link), section)
      if (sameValue(unordered(before[option]), unordered(value))) continue
      const { immutable = [], needsNewDevice } = linkKind(section) ?? {}
      const isFinal = immutable.includes(option) || needsNewDevice?.(option, before[option], value, before) === true
      t.is(isFinal, !(option in changeable), `the table has ${option} as ${isFinal ? '' : 'not '}immutable`)
      // What the kernel does of such a change is not what was asked for, but it need not be nothing.
      if (isFinal && !immutable.includes(option)) continue
      // An empty bond takes them all the same.
      if (section === 'bond' && ['mode', 'failOverMac'].includes(option)) continue
      const refusal: unknown = await links
        .change(link, { [section]: { [option]: value } })
        .catch((error: unknown) => error)
      const after = sectionOf(await links.read(link), section)
      const expected = isFinal ? before[option] : value
      t.deepEqual(unordered(after[option]), unordered(expected), `${option}: ${refusal}`)
      t.deepEqual({ ...after, [option]: 0 }, { ...before, [option]: 0 }, `${option} changed something else`)
    }
    if (together || Object.keys({ ...final, ...changeable }).length === 0) t.pass()
    record({ type: 'kind', section, changed: Object.keys(changeable), immutable: Object.keys(final) })
  })

  test.serial(`a new one has the defaults that the tables tell: ${title}`, async (t) => {
    const network = await testNetwork(t)
    network.sh(setup)
    const links = new Links(network, section)
    const plain = await plainLink(t, links, kindCase)
    if (!plain) return
    const fresh = await links.read(plain)
    const { table, defaults } = tableOf(section)
    const own = sectionOf(fresh, section)
    for (const name of table?.names ?? []) {
      if (!(name in own) || name in sectionOf(plain, section)) continue
      const expected = defaults[name]
      const value = own[name]
      if (varying.has(`${section}.${name}`)) continue
      // The kernel's clock rounds to a hundredth of a second.
      if (typeof value === 'number' && typeof expected === 'number')
        t.true(Math.abs(value - expected) < 0.0101, `${name} is ${value}, not ${expected}`)
      else t.deepEqual(value, expected, name)
    }
    const usual = { mtu: 1500, txQueueLength: 1000, arp: true, multicast: true, addressGenerationMode: 'eui64' }
    // Features are asked of ethtool (test/reconcile/features.test.ts).
    const { features: _features, ...general } = { ...usual, ...linkKind(link.kind ?? '')?.generalDefaults }
    // An MTU that depends on the device below has no default.
    t.like(fresh, Object.fromEntries(Object.entries(general).filter(([, value]) => value !== undefined)))
  })
}

test('what a kernel lacks can be told to be off', async (t) => {
  const network = await testNetwork(t)
  const links = new Links(network, 'bridge')
  await links.create({
    name: 'br0',
    kind: 'bridge',
    bridge: { vlanFiltering: false, mst: false, noLinkLocalLearn: true },
  })
  t.like((await links.read({ name: 'br0' })).bridge, { vlanFiltering: false, noLinkLocalLearn: true })
})

test('an alias may have 255 bytes, and none', async (t) => {
  const network = await testNetwork(t)
  const links = new Links(network, 'bridge')
  const link = { name: 'br0', kind: 'bridge', alias: `${'ä'.repeat(127)}.` }
  await links.create(link)
  t.is((await links.read(link)).alias, link.alias)
  await links.change(link, { alias: '' })
  t.is((await links.read(link)).alias, undefined)
})

test('general properties hold from the start', async (t) => {
  const network = await testNetwork(t)
  network.sh('ip link add br0 type bridge')
  const links = new Links(network, 'veth')
  const hasIpv4Sizes = 'gsoIpv4MaximumSize' in (await links.read({ name: 'br0' }))
  if (!hasIpv4Sizes) t.log('not tested, this kernel lacks gsoIpv4MaximumSize, groIpv4MaximumSize')
  const general: Partial<Link> = {
    mac: '02:00:00:00:00:01',
    broadcast: '02:ff:ff:ff:ff:ff',
    mtu: 1400,
    up: true,
    master: 'br0',
    alias: 'laboratory',
    altNames: ['a name that is longer than sixteen bytes', 'other0'],
    group: 7,
    txQueueLength: 77,
    promiscuous: true,
    allMulticast: true,
    arp: false,
    multicast: false,
    addressGenerationMode: 'none',
    txQueues: 3,
    rxQueues: 5,
    gsoMaximumSize: 60000,
    gsoMaximumSegments: 100,
    groMaximumSize: 50000,
    ...(hasIpv4Sizes ? { gsoIpv4MaximumSize: 40000, groIpv4MaximumSize: 30000 } : {}),
  }
  const link: Link = { name: 'a0', kind: 'veth', veth: { peer: { name: 'b0' } }, ...general }
  await links.create(link)
  const listed = await links.read(link)
  t.like(listed, general)
  t.like(links.showAll(link), {
    address: '02:00:00:00:00:01',
    broadcast: '02:ff:ff:ff:ff:ff',
    mtu: 1400,
    master: 'br0',
    ifalias: 'laboratory',
    altnames: general.altNames,
    group: '7',
    txqlen: 77,
    inet6_addr_gen_mode: 'none',
    num_tx_queues: 3,
    num_rx_queues: 5,
    gso_max_size: 60000,
    gso_max_segs: 100,
    gro_max_size: 50000,
  })
  for (const flag of ['UP', 'PROMISC', 'ALLMULTI', 'NOARP']) t.true(flagsOf(links.showAll(link)).includes(flag), flag)
  t.false(flagsOf(links.showAll(link)).includes('MULTICAST'))
})

function flagsOf(shown: Values): readonly unknown[] {
  return Array.isArray(shown['flags']) ? shown['flags'] : []
}
