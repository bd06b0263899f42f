import { closeSync } from 'node:fs'
import { NetworkError } from '../error.js'
import { loadModuleOf } from '../genetlink/loadModule.js'
import { type EncodeContext, withoutNames } from '../netlink/codec.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { NetlinkMessage } from '../netlink/message.js'
import type { Result } from '../result.js'
import { replaceVlans, setGlobalVlanOptions } from '../rtnetlink/bridgeVlan.js'
import { changeLinkMessages, wholeChanges } from '../rtnetlink/changeLink.js'
import { type Configuration, changeTowards, splitConfiguration } from '../rtnetlink/configureLink.js'
import { createLinkMessages } from '../rtnetlink/createLink.js'
import { decodeLink } from '../rtnetlink/decodeLink.js'
import { linkKind } from '../rtnetlink/kinds/registry.js'
import type { VniList } from '../rtnetlink/kinds/vxlanVnis.js'
import type { Link, ListedLink } from '../rtnetlink/link.js'
import {
  deleteLink,
  dumpLinks,
  getLink,
  type LinkFilter,
  type LinkTarget,
  moveLink,
  setLink,
} from '../rtnetlink/linkMessages.js'
import { portOptionsOf } from '../rtnetlink/linkProperties.js'
import { normalizeVnis, ownVnis, setVnis, type VniChanges, vniChanges } from '../rtnetlink/vniChanges.js'
import { addVnis, decodeVnis, dumpVnis } from '../rtnetlink/vxlanVni.js'
import { mapInTurns } from '../system/inTurns.js'
import { type NamespaceReference, openNamespace } from '../system/namespace.js'
import { text } from '../system/optionValues.js'
import { checkName } from '../tuntap/configuration.js'
import { configureTunTap, createTunTap } from '../tuntap/manage.js'
import { difference } from './difference.js'
import { checkFilter, link as linkValues } from './filter.js'
import { LinkList } from './linkList.js'
import { type LinkReference, targetOf } from './linkReference.js'
import { type ListOptions, Objects } from './objects.js'
import { partOfLink } from './properties.js'
import { assertNotAborted } from './session.js'
import { accountChanges, deviceOf, isTunTap, withoutDeviceOptions } from './tunTapLink.js'

/** The links of a network: `ip link`. */
export class Links extends Objects {
  /**
   * Creates a link: `ip link add`, or `ip tuntap add` for a TUN or TAP. What {@link list} returned is taken too; what
   * is only read of it is left out. When a property is refused, the new link is removed again.
   */
  create(link: Link, options: RequestOptions = {}): Promise<Result<ListedLink>> {
    return this.session.run(options, (request) => this.#create(link, request))
  }

  /** {@link create}, by `ip`'s word. */
  add(link: Link, options: RequestOptions = {}): Promise<Result<ListedLink>> {
    return this.create(link, options)
  }

  /**
   * Creates a link, or changes the one of this name to have all the given properties: `ip link replace`. One of another
   * kind is the error `EEXIST`.
   */
  replace(link: Link, options: RequestOptions = {}): Promise<Result<ListedLink>> {
    return this.session.run(options, async (request) => {
      const current = await this.#find({ name: partOfLink(link).name }, request)
      if (!current) return await this.#create(link, request)
      // An alternative name may have found it.
      return await this.#update(current, { ...link, name: current.name }, request)
    })
  }

  /** Lists links, without their addresses: `ip link`. A filter works in the kernel. */
  list(filter: LinkFilter = {}, options: ListOptions = {}): Promise<Result<readonly ListedLink[]>> {
    return this.session.runList(options, async (request) => {
      checkFilter<LinkFilter>(filter, { kind: text, master: linkValues }, 'links.list')
      if (filter.kind === undefined && filter.master === undefined) return await this.#listAll(request)
      await this.checkLinks([filter.master], request)
      const links = await this.dumpAll((context) => dumpLinks(filter, context), decodeLink, request)
      // The kernel tells tun and tap not apart, and does not filter by a kind that it does not know.
      return filter.kind === undefined ? links : links.filter(({ kind }) => kind === filter.kind)
    })
  }

  /** All links, by one dump. */
  async #listAll(options: ListOptions): Promise<readonly ListedLink[]> {
    const list = new LinkList()
    const links = await this.dumpBodies(
      () => dumpLinks(),
      (body) => list.add(body),
      options,
    )
    return await mapInTurns(links, (link) => list.finished(link))
  }

  /** Reads one link, by its name, an alternative name or its index: `ip link show`. */
  get(link: LinkReference, options: RequestOptions = {}): Promise<Result<ListedLink>> {
    return this.session.run(options, (request) => this.#get(targetOf(link), request))
  }

  /**
   * Changes properties of a link and returns it as it then is: `ip link set`. What it already has is not sent. `name`
   * renames; `master: null` releases; `altNames` is the whole list. Another `kind` is the error `EEXIST`. Nothing is undone
   * where a later one of several properties is refused.
   */
  update(link: LinkReference, changes: Partial<Link>, options: RequestOptions = {}): Promise<Result<ListedLink>> {
    return this.session.run(options, async (request) => {
      return await this.#update(await this.#get(targetOf(link), request), partOfLink(changes), request)
    })
  }

  /** Deletes a link: `ip link delete`. */
  delete(link: LinkReference, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send(() => deleteLink(targetOf(link)), options)
  }

  /** Moves a link into another namespace: `ip link set NAME netns`. Its addresses are lost by that. */
  move(link: LinkReference, namespace: NamespaceReference, options: RequestOptions = {}): Promise<Result<void>> {
    return this.session.run(options, async (request) => {
      const fd = openNamespace(namespace)
      try {
        await this.sendOrThrow(() => [moveLink(targetOf(link), fd)], request)
      } finally {
        closeSync(fd)
      }
    })
  }

  async #create(link: Link, options: RequestOptions): Promise<ListedLink> {
    partOfLink(link)
    // The kernel would choose a name by a template such as `tap%d`, and nobody would know which.
    checkName(link.name, 'exact')
    checkSections(link, link.name, link.kind)
    await this.#checkPort(link.name, link, {}, options)
    let created = isTunTap(link)
    if (created) createTunTap(deviceOf(link), this.session.namespaceFd)
    try {
      const { loadedBy } = linkKind(link.kind ?? '') ?? {}
      if (loadedBy !== undefined && this.session.hasGeneric) await loadModuleOf(loadedBy, this.session.generic, options)
      const { rest, configuration, port } = splitConfiguration(link, link.kind)
      const hasVlans = separateMessages(link, () => [true]).length > 0
      const { up, ...down } = rest
      await this.sendOrThrow(
        // Up before it has its VLANs, it would be in those that every new port has.
        (context) => createLinkMessages(hasVlans || configuration ? down : rest, context),
        options,
        () => {
          created = true
        },
      )
      if (configuration) await this.#configure(link, undefined, configuration, options)
      if (hasVlans || configuration) {
        await this.sendOrThrow((context) => vlansAndUp(link.name, rest, up, context), options)
      }
      if (port) await this.configurePort(link.name, await this.#masterOf(link.master, options), port, options)
      return await this.#get({ name: link.name }, options)
    } catch (error) {
      if (!created || !(error instanceof NetworkError)) throw error
      throw await this.#undone(link.name, error, options)
    }
  }

  /** Removes a half-made link. The caller's signal may be what made it half-made. */
  async #undone(name: string, error: NetworkError, { timeout }: RequestOptions): Promise<NetworkError> {
    const steps = [`ip link delete dev ${name}`]
    try {
      await this.session.connection.request(deleteLink({ name }), { timeout })
      return error.with({ rollback: { restored: true, steps } })
    } catch (failure) {
      if (!(failure instanceof NetworkError)) throw failure
      return error.with({ rollback: { restored: failure.code === 'ENODEV', steps, error: failure.message } })
    }
  }

  async #update(current: ListedLink, wanted: Partial<Link>, options: RequestOptions): Promise<ListedLink> {
    // Another name by a template nobody would know.
    if (wanted.name !== undefined && wanted.name !== current.name) checkName(wanted.name, 'exact')
    checkKind(current, wanted.kind)
    checkSections(wanted, current.name, current.kind)
    const { rest, configuration, port } = splitConfiguration(wanted, current.kind)
    const last =
      configuration &&
      (await this.#configure(current, await this.#readOptions(current, options), configuration, options))
    const changes = difference(current, rest)
    const master = changes.master === undefined ? current.master : changes.master
    const finish = async (name: string): Promise<void> => {
      await this.#configureAtLast({ ...current, name }, last, options)
      if (port) await this.configurePort(name, await this.#masterOf(master, options), port, options)
    }
    if (Object.keys(changes).length === 0) {
      await finish(current.name)
      return current
    }
    await this.#checkPort(current.name, changes, current, options)
    const accounts = accountChanges(current, changes)
    assertNotAborted(options)
    if (accounts) configureTunTap(accounts, this.session.namespaceFd)
    const target = { index: current.index, name: current.name }
    const change = {
      target,
      kind: current.kind,
      changes: wholeChanges(withoutDeviceOptions(current, withoutVnis(changes)), current),
    }
    const altNames = altNameChange(current, changes)
    const vnis = changes.vxlan?.vnis && (await this.#vniChanges(current, changes.vxlan.vnis, options))
    await this.sendOrThrow(
      (context) => [
        ...changeLinkMessages({ ...change, ...altNames }, context),
        ...vlanMessages(changes, (build) => build(current.index, context)),
        ...(vnis ? setVnis(current.index, vnis, context) : []),
      ],
      options,
    )
    await finish(changes.name ?? current.name)
    return await this.#get({ index: current.index }, options)
  }

  async #vniChanges({ index }: ListedLink, wanted: VniList, options: RequestOptions): Promise<VniChanges | undefined> {
    const listed = (await this.dumpAll(() => dumpVnis(), decodeVnis, options)).flat()
    return vniChanges(normalizeVnis(wanted), ownVnis(listed.filter((vni) => vni.index === index)))
  }

  /**
   * Sets what generic netlink sets; the options are brought from what they were to what is told of them.
   * @returns what comes when all else has succeeded
   */
  async #configure(
    { name, kind, up = false }: Pick<Link, 'name' | 'kind' | 'up'>,
    had: object | undefined,
    { features, options }: Configuration,
    request: RequestOptions,
  ): Promise<object | undefined> {
    const generic = options && kind !== undefined ? linkKind(kind)?.generic : undefined
    const change = generic && options && changeTowards(generic, name, options, had, up)
    const first = change && (generic.partOf?.(change, false) ?? change)
    await this.configure(
      { name, kind },
      { ...(features ? { features } : {}), ...(first ? { options: first } : {}) },
      request,
    )
    return change && generic.partOf?.(change, true)
  }

  async #configureAtLast(
    { name, kind }: Pick<Link, 'name' | 'kind'>,
    change: object | undefined,
    options: RequestOptions,
  ): Promise<void> {
    if (change && Object.keys(change).length > 0) await this.configure({ name, kind }, { options: change }, options)
  }

  /** Whatever is said of a port, the kernel takes for that of the master that there is, if any. */
  async #checkPort(
    name: string,
    changes: Partial<Link>,
    current: Partial<ListedLink>,
    options: RequestOptions,
  ): Promise<void> {
    const { masterKind } = portOptionsOf(changes) ?? {}
    if (masterKind === undefined) return
    const { master } = changes
    const living = master === undefined ? current.masterKind : undefined
    const kind = typeof master === 'string' || typeof master === 'number' ? await this.#kindOf(master, options) : living
    if (kind === masterKind) return
    const object = `link ${name}`
    throw new NetworkError('INVALID_ARGUMENT', `${object}: ${masterKind}Port: is no port of a ${masterKind}`, {
      object,
      attribute: `${masterKind}Port`,
    })
  }

  async #kindOf(link: LinkReference, options: RequestOptions): Promise<string | undefined> {
    return (await this.#get(targetOf(link), options)).kind
  }

  /** The name of a master that may be told by its index. */
  async #masterOf(master: string | number | null | undefined, options: RequestOptions): Promise<string | undefined> {
    return typeof master === 'number' ? await this.nameOfLink(master, options) : (master ?? undefined)
  }

  async #readOptions({ name, index, kind }: ListedLink, request: RequestOptions): Promise<object | undefined> {
    const generic = kind === undefined ? undefined : linkKind(kind)?.generic
    return generic && (await generic.read(this.session.generic, { name, index }, withoutNames, request)).options
  }

  async #get(target: LinkTarget, options: RequestOptions): Promise<ListedLink> {
    const link = await this.askOne(() => getLink(target), decodeLink, options)
    if (!link) throw new NetworkError('ENODEV', 'the link does not exist')
    return link
  }

  async #find(target: LinkTarget, options: RequestOptions): Promise<ListedLink | undefined> {
    try {
      return await this.#get(target, options)
    } catch (error) {
      if (error instanceof NetworkError && error.code === 'ENODEV') return undefined
      throw error
    }
  }
}

/** A living link stays of its kind. */
function checkKind({ name, kind }: ListedLink, wanted: string | undefined): void {
  if (wanted === undefined || wanted === kind) return
  const object = `link ${name}`
  throw new NetworkError('EEXIST', `${object}: exists and is ${kind ?? 'of no kind'}`, { object, attribute: 'kind' })
}

/** Options of other kinds would do nothing. */
function checkSections(link: Partial<Link>, name: string, kind: string | undefined): void {
  const other = Object.entries(link).find(([key, value]) => value !== undefined && key !== kind && linkKind(key))
  if (!other) return
  const object = `link ${name}`
  const problem = `options of another kind, and it is ${kind === undefined ? 'of none' : `a ${kind}`}`
  throw new NetworkError('INVALID_ARGUMENT', `${object}: ${other[0]}: ${problem}`, { object, attribute: other[0] })
}

type VlanBuild = (dev: string | number, context: EncodeContext) => NetlinkMessage[]

/** VLANs are in messages of their own, for which the link must be there. */
function vlanMessages<T>({ bridge, bridgePort }: Partial<Link>, make: (build: VlanBuild) => T[]): T[] {
  const lists = [bridgePort?.vlans, bridge?.vlans].filter((list) => list !== undefined)
  const options = bridge?.vlanOptions
  return [
    ...lists.flatMap((vlans) => make((dev, context) => replaceVlans(dev, vlans, context))),
    ...(options ? make((dev, context) => setGlobalVlanOptions(dev, options, context)) : []),
  ]
}

/** Changes but those of VNIs: of options of a VXLAN that are none the kernel would take not even the kind. */
function withoutVnis({ vxlan, ...changes }: Partial<Link>): Partial<Link> {
  if (!vxlan) return changes
  const { vnis: _vnis, ...options } = vxlan
  return Object.keys(options).length > 0 ? { ...changes, vxlan: options } : changes
}

/** What is in messages of its own of a new link. */
function separateMessages<T>(link: Partial<Link>, make: (build: VlanBuild) => T[]): T[] {
  const vnis = link.vxlan?.vnis
  return [
    ...vlanMessages(link, make),
    ...(vnis ? make((dev, context) => addVnis(dev, normalizeVnis(vnis), context)) : []),
  ]
}

function vlansAndUp(name: string, link: Link, up: boolean | undefined, context: EncodeContext): NetlinkMessage[] {
  return [
    ...separateMessages(link, (build) => build(name, context)),
    ...(up === undefined ? [] : [setLink({ name }, { up }, context)]),
  ]
}

/** Alternative names have messages of their own, one to add and one to delete. */
function altNameChange(
  { altNames: present = [] }: ListedLink,
  { altNames: wanted }: Partial<Link>,
): { addedAltNames?: readonly string[]; removedAltNames?: readonly string[] } {
  if (!wanted) return {}
  return {
    addedAltNames: wanted.filter((name) => !present.includes(name)),
    removedAltNames: present.filter((name) => !wanted.includes(name)),
  }
}
