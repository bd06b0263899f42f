import test, { type ExecutionContext } from 'ava'
import { NetworkError } from '../../src/error.js'
import type { AnyAttributeTable } from '../../src/netlink/table.js'
import { changeLinkMessages, wholeChanges } from '../../src/rtnetlink/changeLink.js'
import { createLinkMessages } from '../../src/rtnetlink/createLink.js'
import { decodeLink, decodeLinkName } from '../../src/rtnetlink/decodeLink.js'
import { linkKind, linkKinds } from '../../src/rtnetlink/kinds/registry.js'
import type { Link, ListedLink } from '../../src/rtnetlink/link.js'
import { deleteLink, dumpLinks, getLink } from '../../src/rtnetlink/linkMessages.js'
import { sameValue } from '../../src/state/equal.js'
import { kernelIsAtLeast } from '../../src/system/kernelRelease.js'
import { type KindCase, kindCases } from '../helpers/kindCases.js'
import { type TestNetwork, testNetwork } from '../helpers/objects.js'
import { record } from '../helpers/record.js'

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
    const [shown = {}] = this.#network.ip('link', 'show', 'dev', link.name)
    const info = valuesOf(shown['linkinfo'])
    const data = valuesOf(info[this.#section.endsWith('Port') ? 'info_slave_data' : 'info_data'])
    return { link: shown['link'], ...data }
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
  try {
    await links.create(plain)
    return plain
  } catch (error) {
    if (!(error instanceof NetworkError) || error.code !== 'EOPNOTSUPP') throw error
    t.log(`skipped, this kernel has no ${section}: ${error.message}`)
    t.pass()
    return undefined
  }
}

/**
 * Those options that this kernel knows: one that has a default and is not listed is unknown to it. Where the listing of
 * a default means nothing, its version tells.
 */
function known(t: ExecutionContext, options: Values, listed: Values, defaults: Values): Values {
  const entries = Object.entries(options)
  const lacks = (name: string) =>
    (name in defaults && !(name in listed)) || (name === 'broadcastCutoff' && !kernelIsAtLeast(6, 4))
  // Without CONFIG_BRIDGE_VLAN_FILTERING this one is listed all the same.
  const lacking = entries
    .map(([name]) => name)
    .filter((name) => lacks(name) || (name === 'vlanFiltering' && lacks('vlanProtocol')))
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
  'bridgePort.cost',
  // 0.1 where the mode needs it.
  'bond.miiInterval',
  'geneve.udp6ZeroChecksumRx',
  // Told as 0 by devices that go by the metadata of routes.
  'geneve.id',
  'xfrm.id',
])

/** What is not changed alone: what ERSPAN shares with GRE; what takes the window along, and what needs hardware. */
const unchangeable = new Set([
  ...['erspan', 'ip6erspan'].flatMap((kind) => (tableOf(kind).table?.names ?? []).map((name) => `${kind}.${name}`)),
  'macsec.replayProtect',
  'macsec.offload',
])

for (const kindCase of kindCases) {
  const { title, setup = 'true', section, link, shown, changes, changed = {}, recreates = [] } = kindCase
  test.serial(`created with all options, changed, and made anew of what was listed: ${title}`, async (t) => {
    const network = await testNetwork(t)
    network.sh(setup)
    const links = new Links(network, section)
    const plain = await plainLink(t, links, kindCase)
    if (!plain) return
    const { defaults } = tableOf(section)
    const fresh = await links.read(plain)
    t.deepEqual(
      (fresh.unknown ?? []).filter(({ path }) => path[0] === 'linkInfo'),
      [],
    )
    await links.delete(plain)

    const options = known(t, sectionOf(link, section), sectionOf(fresh, section), defaults)
    const made: Link = { ...link, [section]: options }
    await links.create(made)
    await see(t, links, link, section, options, shown)

    if (changes) {
      const altered = known(t, sectionOf(changes, section), sectionOf(fresh, section), defaults)
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
    const { defaults } = tableOf(section)
    const fresh = await links.read(plain)
    await links.delete(plain)
    const knownOf = (options: Values): Values => known(t, options, sectionOf(fresh, section), defaults)
    await links.create({ ...link, [section]: knownOf(sectionOf(link, section)) })
    const changeable = knownOf(sectionOf(changes ?? {}, section))
    const final = Object.fromEntries(recreates.flatMap((values) => Object.entries(knownOf(values)).slice(0, 1)))
    for (const [option, value] of Object.entries({ ...final, ...changeable })) {
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
    if (Object.keys({ ...final, ...changeable }).length === 0) t.pass()
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
    const general = Object.entries({ ...usual, ...linkKind(link.kind ?? '')?.generalDefaults })
    // An MTU that depends on the device below has no default.
    t.like(fresh, Object.fromEntries(general.filter(([, value]) => value !== undefined)))
  })
}

test('no option is left out', (t) => {
  const sections = [...linkKinds()]
    .filter(({ creation, kind, generic }) => creation !== 'tuntap' && kind !== 'veth' && !generic)
    .flatMap(({ kind, port }) => (port ? [kind, `${kind}Port`] : [kind]))
  // What a MACVTAP device takes is one table with MACVLAN.
  for (const section of sections.filter((name) => name !== 'macvtap')) {
    // They name ports, which a new link has not yet.
    const { namesPorts = [] } = linkKind(section) ?? {}
    const cases = kindCases.filter((kindCase) => kindCase.section === section)
    const tested = new Set(cases.flatMap(({ link }) => Object.keys(sectionOf(link, section))))
    // What ERSPAN adds to GRE; the rest are the same lines.
    const shared = section.endsWith('erspan') ? tableOf(section.replace('erspan', 'gre')).table : undefined
    const { table } = tableOf(section)
    const names = (table?.names ?? []).filter(
      (name) =>
        !table?.lines[name]?.separate &&
        !namesPorts.includes(name) &&
        (tested.has(name) || !shared?.names.includes(name)),
    )
    t.deepEqual([...tested].sort(), [...names].sort(), section)
  }
})

test('every option is changed, or shown to be immutable', (t) => {
  // Those of bridges: test/rtnetlink/kindChanges.test.ts.
  for (const section of new Set(kindCases.map((one) => one.section))) {
    if (section.startsWith('bridge') || section === 'macvtap') continue
    const { namesPorts = [], untold = [] } = linkKind(section) ?? {}
    const cases = kindCases.filter((kindCase) => kindCase.section === section)
    const changed = new Set(
      cases.flatMap(({ changes = {}, recreates = [] }) =>
        [sectionOf(changes, section), ...recreates].flatMap((options) => Object.keys(options)),
      ),
    )
    const tested = new Set(cases.flatMap(({ link }) => Object.keys(sectionOf(link, section))))
    const names = [...tested].filter(
      (name) => !namesPorts.includes(name) && !unchangeable.has(`${section}.${name}`) && !untold.includes(name),
    )
    t.deepEqual(
      names.filter((name) => !changed.has(name)),
      [],
      section,
    )
  }
})

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
    ...(kernelIsAtLeast(6, 3) ? { gsoIpv4MaximumSize: 40000, groIpv4MaximumSize: 30000 } : {}),
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
