import type { NetlinkMessage } from '../netlink/message.js'
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL } from '../netlink/message.js'
import {
  chainAttributes,
  elementsAttributes,
  limitObjectAttributes,
  ruleAttributes,
  setAttributes,
} from './attributes.js'
import { userDataOf } from './comment.js'
import {
  NFT_MSG_DELCHAIN,
  NFT_MSG_DELOBJ,
  NFT_MSG_DELRULE,
  NFT_MSG_DELSET,
  NFT_MSG_DELSETELEM,
  NFT_MSG_DELTABLE,
  NFT_MSG_NEWCHAIN,
  NFT_MSG_NEWOBJ,
  NFT_MSG_NEWRULE,
  NFT_MSG_NEWSET,
  NFT_MSG_NEWSETELEM,
  NFT_MSG_NEWTABLE,
  type TableFamily,
} from './constants.js'
import { keyLength, keyType } from './key.js'
import { objectMessage } from './layout.js'
import type { Chain, ChainHook, FirewallRule, FirewallSet, Limit } from './ruleset.js'
import { type TableName, tableAttributes } from './table.js'

// enum nf_inet_hooks and NF_BR_*: include/uapi/linux/netfilter.h, netfilter_bridge.h
const hookNumbers = { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 } as const
// NF_ARP_IN: include/uapi/linux/netfilter_arp.h
const arpHookNumbers = { input: 0 } as const

/** The hooks of a family by name. */
export function hooksOf(family: TableFamily): Readonly<Partial<Record<ChainHook['hook'], number>>> {
  return family === 'arp' ? arpHookNumbers : hookNumbers
}
const NFT_SET_OBJECT = 0x40
/** NFT_OBJECT_LIMIT */
export const NFT_OBJECT_LIMIT = 4
const NFT_LIMIT_F_INV = 1
// NFTNL_UDATA_SET_KEYBYTEORDER of libnftnl, and BYTEORDER_HOST_ENDIAN of nft: it shows names wrongly without it.
const hostByteOrder = Uint8Array.of(0, 4, ...new Uint8Array(Uint32Array.of(1).buffer))
// Elements a message: an attribute cannot be longer than 65,535 bytes, and the list of them is one.
const elementsAMessage = 500

/** `nft add table`; one that is dormant wakes up. */
export function newTable({ family, table }: TableName): NetlinkMessage {
  const subject = `table ${family} ${table}: create`
  const attributes = { name: table, flags: 0 }
  return objectMessage({
    table: tableAttributes,
    type: NFT_MSG_NEWTABLE,
    flags: NLM_F_CREATE,
    family,
    subject,
    attributes,
  })
}

/** `nft delete table`: with everything that is in it. */
export function deleteTable({ family, table }: TableName): NetlinkMessage {
  const subject = `table ${family} ${table}: delete`
  return objectMessage({ table: tableAttributes, type: NFT_MSG_DELTABLE, family, subject, attributes: { name: table } })
}

/** `nft add chain` */
export function newChain({ family, table }: TableName, name: string, { hook }: Chain): NetlinkMessage {
  return objectMessage({
    table: chainAttributes,
    type: NFT_MSG_NEWCHAIN,
    flags: NLM_F_CREATE,
    family,
    subject: `chain ${family} ${table} ${name}: create`,
    attributes: {
      table,
      name,
      ...(hook
        ? {
            hook: { number: hooksOf(family)[hook.hook] ?? 0, priority: hook.priority },
            policy: hook.policy ?? ('accept' as const),
            type: hook.type,
          }
        : {}),
    },
  })
}

/** `nft delete chain`: of one that has no rules and that nothing jumps to. */
export function deleteChain({ family, table }: TableName, name: string): NetlinkMessage {
  const subject = `chain ${family} ${table} ${name}: delete`
  return objectMessage({ table: chainAttributes, type: NFT_MSG_DELCHAIN, family, subject, attributes: { table, name } })
}

/** `nft add rule`, or `nft insert rule` for one that is to be the `first`. */
export function newRule(
  { family, table }: TableName,
  chain: string,
  { expressions, comment }: FirewallRule,
  first = false,
): NetlinkMessage {
  return objectMessage({
    table: ruleAttributes,
    type: NFT_MSG_NEWRULE,
    flags: first ? NLM_F_CREATE : NLM_F_CREATE | NLM_F_APPEND,
    family,
    subject: `rule ${family} ${table} ${chain}${comment === undefined ? '' : ` ${comment}`}: create`,
    attributes: { table, chain, expressions, ...(comment === undefined ? {} : { userData: userDataOf(comment) }) },
  })
}

/** `nft delete rule`; without a handle `nft flush chain`. */
export function deleteRule({ family, table }: TableName, chain: string, rule?: FirewallRule): NetlinkMessage {
  const handle = rule?.handle
  return objectMessage({
    table: ruleAttributes,
    type: NFT_MSG_DELRULE,
    family,
    subject: `rule ${family} ${table} ${chain}: delete`,
    attributes: { table, chain, ...(handle === undefined ? {} : { handle }) },
  })
}

/** `nft add set` and `nft add map`. */
export function newSet({ family, table }: TableName, name: string, set: FirewallSet, id: number): NetlinkMessage {
  return objectMessage({
    table: setAttributes,
    type: NFT_MSG_NEWSET,
    flags: NLM_F_CREATE,
    family,
    subject: `set ${family} ${table} ${name}: create`,
    attributes: {
      table,
      name,
      id,
      flags: set.toLimits ? NFT_SET_OBJECT : 0,
      keyType: keyType(set.fields),
      keyLength: keyLength(set.fields),
      ...(set.toLimits ? { objectType: NFT_OBJECT_LIMIT } : {}),
      ...(set.fields.length === 1 && set.fields[0] === 'ifname' ? { userData: hostByteOrder } : {}),
    },
  })
}

/** `nft delete set` */
export function deleteSet({ family, table }: TableName, name: string): NetlinkMessage {
  const subject = `set ${family} ${table} ${name}: delete`
  return objectMessage({ table: setAttributes, type: NFT_MSG_DELSET, family, subject, attributes: { table, name } })
}

/** `nft add element`, in as many messages as it takes. */
export function newElements(where: TableName, set: string, elements: FirewallSet['elements']): NetlinkMessage[] {
  return elementMessages(where, set, elements, NFT_MSG_NEWSETELEM, NLM_F_CREATE, 'add')
}

/** `nft delete element`, in as many messages as it takes. */
export function deleteElements(where: TableName, set: string, elements: FirewallSet['elements']): NetlinkMessage[] {
  return elementMessages(where, set, elements, NFT_MSG_DELSETELEM, 0, 'delete')
}

function elementMessages(
  { family, table }: TableName,
  set: string,
  elements: FirewallSet['elements'],
  type: number,
  flags: number,
  verb: string,
): NetlinkMessage[] {
  const all = [...elements].map(([key, object]) => ({
    key: { value: Uint8Array.from(Buffer.from(key, 'hex')) },
    ...(object === undefined ? {} : { object }),
  }))
  const messages: NetlinkMessage[] = []
  for (let start = 0; start < all.length; start += elementsAMessage) {
    const attributes = { table, set, elements: all.slice(start, start + elementsAMessage) }
    const subject = `elements of set ${family} ${table} ${set}: ${verb}`
    messages.push(objectMessage({ table: elementsAttributes, type, flags, family, subject, attributes }))
  }
  return messages
}

/** `nft add limit`: one that matches what is beyond it. */
export function newLimit({ family, table }: TableName, name: string, limit: Limit): NetlinkMessage {
  const { unit, rate, burst } = limit
  return objectMessage({
    table: limitObjectAttributes,
    type: NFT_MSG_NEWOBJ,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    family,
    subject: `limit ${family} ${table} ${name}: create`,
    attributes: {
      table,
      name,
      type: NFT_OBJECT_LIMIT,
      data: { rate, unit: 1n, burst, type: unit, flags: NFT_LIMIT_F_INV },
    },
  })
}

/** `nft delete limit` */
export function deleteLimit({ family, table }: TableName, name: string): NetlinkMessage {
  return objectMessage({
    table: limitObjectAttributes,
    type: NFT_MSG_DELOBJ,
    family,
    subject: `limit ${family} ${table} ${name}: delete`,
    attributes: { table, name, type: NFT_OBJECT_LIMIT },
  })
}
