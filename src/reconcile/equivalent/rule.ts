import type { RuleRecord } from '../../state/rule.js'
import { words } from './words.js'

/** The `ip rule` command for a rule. */
export function ruleCommand(verb: 'add' | 'delete', rule: RuleRecord): string {
  return words(
    rule.family === 'inet6' ? 'ip -6 rule' : 'ip rule',
    verb,
    rule.priority !== undefined && `priority ${rule.priority}`,
    rule.not && 'not',
    rule.from === undefined && rule.to === undefined ? 'from all' : '',
    rule.from !== undefined && `from ${rule.from}`,
    rule.to !== undefined && `to ${rule.to}`,
    rule.iif !== undefined && `iif ${rule.iif}`,
    rule.oif !== undefined && `oif ${rule.oif}`,
    rule.fwmark !== undefined && `fwmark ${rule.fwmark}`,
    rule.tos !== undefined && `tos 0x${rule.tos.toString(16)}`,
    rule.dscp !== undefined && `dscp ${rule.dscp}`,
    rule.flowLabel !== undefined && `flowlabel ${rule.flowLabel}`,
    rule.ipproto !== undefined && `ipproto ${rule.ipproto}`,
    rule.sport !== undefined && `sport ${rule.sport}`,
    rule.dport !== undefined && `dport ${rule.dport}`,
    rule.uidRange !== undefined && `uidrange ${rule.uidRange}`,
    rule.tunnelId !== undefined && `tun_id ${rule.tunnelId}`,
    rule.l3mdev && 'l3mdev',
    rule.table !== undefined && `lookup ${rule.table}`,
    rule.goto !== undefined && `goto ${rule.goto}`,
    rule.action,
    rule.suppressPrefixLength !== undefined && `suppress_prefixlength ${rule.suppressPrefixLength}`,
    rule.suppressInterfaceGroup !== undefined && `suppress_ifgroup ${rule.suppressInterfaceGroup}`,
    rule.realms !== undefined && `realms ${rule.realms}`,
    rule.protocol !== undefined && `protocol ${rule.protocol}`,
  )
}
