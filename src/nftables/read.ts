import { withoutNames } from '../netlink/codec.js'
import type { Connection } from '../netlink/connection.js'
import { inconsistent } from '../netlink/dump.js'
import type { RequestOptions } from '../netlink/exchange.js'
import { decodeMessage, type NetlinkMessage, type ReceivedMessage } from '../netlink/message.js'
import { be64, binary } from '../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'
import {
  type ChainAttributes,
  chainAttributes,
  elementsAttributes,
  limitObjectAttributes,
  type RuleAttributes,
  ruleAttributes,
  type SetAttributes,
  setAttributes,
} from './attributes.js'
import { commentOf } from './comment.js'
import {
  NFT_MSG_GETCHAIN,
  NFT_MSG_GETOBJ,
  NFT_MSG_GETRULE,
  NFT_MSG_GETSET,
  NFT_MSG_GETSETELEM,
  type TableFamily,
} from './constants.js'
import { nameText } from './data.js'
import { fieldsOf } from './key.js'
import { netfilterHeader, objectMessage } from './layout.js'
import { hooksOf, NFT_OBJECT_LIMIT } from './messages.js'
import type { Chain, ChainHook, FirewallRule, FirewallSet, Limit, Ruleset, TableContent } from './ruleset.js'
import type { TableName } from './table.js'

const NFT_TABLE_F_DORMANT = 1

/**
 * Reads everything in a table.
 * @param flags those of the table, as {@link readTableFlags} tells them
 */
export async function readTable(
  connection: Connection,
  where: TableName,
  flags: number,
  options: RequestOptions,
): Promise<TableContent> {
  const reader = new Reader(connection, where, options)
  const rules = await reader.rules()
  const chains = new Map<string, Chain>()
  for (const chain of await reader.chains()) {
    if (chain.name !== undefined) {
      chains.set(chain.name, { ...hookOf(where.family, chain), rules: rules.get(chain.name) ?? [] })
    }
  }
  return {
    ...(flags & NFT_TABLE_F_DORMANT ? { dormant: true } : {}),
    chains,
    sets: await reader.sets(),
    limits: await reader.limits(),
  }
}

const handleAttributes = attributeTable<Omit<RuleAttributes, 'expressions'>>({
  table: attribute(1, nameText),
  chain: attribute(2, nameText),
  handle: attribute(3, be64),
  userData: attribute(7, binary),
})

/** Adds to the rules of lists, by their comments, the numbers by which the kernel knows those that are to go. */
export async function withHandles(
  connection: Connection,
  table: string,
  ruleset: Ruleset,
  options: RequestOptions,
): Promise<Ruleset> {
  const tables = new Map(ruleset)
  for (const [family, content] of ruleset) {
    const chains = new Map(content.chains)
    const reader = new Reader(connection, { family, table }, options)
    for (const [name, chain] of content.chains) {
      if (!chain.independent || chain.rules.length === 0) continue
      const handles = await reader.handles(name)
      const rules = chain.rules.map((rule) => {
        const handle = rule.comment === undefined ? undefined : handles.get(rule.comment)
        return handle === undefined ? rule : { ...rule, handle }
      })
      chains.set(name, { ...chain, rules })
    }
    tables.set(family, { ...content, chains })
  }
  return tables
}

/** The dumps of one table. */
class Reader {
  readonly #connection: Connection
  readonly #where: TableName
  readonly #options: RequestOptions

  constructor(connection: Connection, where: TableName, options: RequestOptions) {
    this.#connection = connection
    this.#where = where
    this.#options = options
  }

  /** The kernel lists the chains of all tables of a family. */
  async chains(): Promise<ChainAttributes[]> {
    const all = await this.#dump(NFT_MSG_GETCHAIN, chainAttributes, {}, 'chains')
    return all.filter(({ table }) => table === this.#where.table)
  }

  async rules(): Promise<Map<string, FirewallRule[]>> {
    const { table } = this.#where
    const rules = new Map<string, FirewallRule[]>()
    for (const rule of await this.#dump(NFT_MSG_GETRULE, ruleAttributes, { table }, 'rules')) {
      const { chain, handle, expressions = [], userData } = rule
      if (rule.table !== table || chain === undefined || handle === undefined) continue
      const comment = commentOf(userData)
      const own = rules.get(chain) ?? []
      own.push({ expressions, handle, ...(comment === undefined ? {} : { comment }) })
      rules.set(chain, own)
    }
    return rules
  }

  /** The handles of the rules of a chain by their comments. */
  async handles(chain: string): Promise<Map<string, bigint>> {
    const { table } = this.#where
    const handles = new Map<string, bigint>()
    for (const rule of await this.#dump(NFT_MSG_GETRULE, handleAttributes, { table, chain }, `rules of ${chain}`)) {
      const comment = commentOf(rule.userData)
      if (comment !== undefined && rule.handle !== undefined && rule.chain === chain) handles.set(comment, rule.handle)
    }
    return handles
  }

  async sets(): Promise<Map<string, FirewallSet>> {
    const { table } = this.#where
    const sets = new Map<string, FirewallSet>()
    for (const set of await this.#dump(NFT_MSG_GETSET, setAttributes, { table }, 'sets')) {
      if (set.table === table && set.name !== undefined) sets.set(set.name, await this.#set(set.name, set))
    }
    return sets
  }

  async #set(name: string, { keyType = 0, objectType }: SetAttributes): Promise<FirewallSet> {
    const elements = new Map<string, string | undefined>()
    const wanted = { table: this.#where.table, set: name }
    for (const part of await this.#dump(NFT_MSG_GETSETELEM, elementsAttributes, wanted, `elements of ${name}`)) {
      for (const { key, object } of part.elements ?? []) {
        if (key?.value) elements.set(Buffer.from(key.value).toString('hex'), object)
      }
    }
    // Of a set that somebody else has put into the table only that it is there counts.
    return { fields: fieldsOf(keyType) ?? [], toLimits: objectType === NFT_OBJECT_LIMIT, elements }
  }

  async limits(): Promise<Map<string, Limit>> {
    const wanted = { table: this.#where.table, type: NFT_OBJECT_LIMIT }
    const limits = new Map<string, Limit>()
    for (const { table, name, type, data } of await this.#dump(
      NFT_MSG_GETOBJ,
      limitObjectAttributes,
      wanted,
      'limits',
    )) {
      if (table !== wanted.table || type !== NFT_OBJECT_LIMIT || name === undefined || !data) continue
      const { rate = 0n, unit = 1n, burst = 0, type: of = 'packets' } = data
      limits.set(name, { unit: of, rate: rate / (unit === 0n ? 1n : unit), burst })
    }
    return limits
  }

  async #dump<Attributes extends object>(
    type: number,
    attributes: AttributeTable<Attributes>,
    wanted: Attributes,
    what: string,
  ): Promise<Attributes[]> {
    const { family, table } = this.#where
    const subject = `table ${family} ${table}: list ${what}`
    const message: NetlinkMessage = objectMessage({ table: attributes, type, family, subject, attributes: wanted })
    const layout = { header: netfilterHeader, attributes }
    const decode = ({ body }: ReceivedMessage): Attributes => decodeMessage(layout, body, withoutNames).attributes
    const { items, consistent } = await this.#connection.dump(message, decode, this.#options)
    if (consistent) return items
    throw inconsistent(message)
  }
}

function hookOf(family: TableFamily, { hook, type, policy }: ChainAttributes): { readonly hook?: ChainHook } {
  const hooks = hooksOf(family)
  const names = Object.keys(hooks) as ChainHook['hook'][]
  const name = names.find((one) => hooks[one] === hook?.number)
  if (name === undefined || hook?.priority === undefined) return {}
  return {
    hook: {
      type: type === 'nat' ? 'nat' : 'filter',
      hook: name,
      priority: hook.priority,
      ...(policy === 'drop' ? { policy } : {}),
    },
  }
}
