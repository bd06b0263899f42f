import { type FdbEntry, isSelf } from '../../rtnetlink/fdb.js'
import type { MdbEntry } from '../../rtnetlink/mdb.js'
import { words } from './words.js'

/** The `bridge fdb` command for an entry. */
export function fdbCommand(verb: 'replace' | 'append' | 'delete', entry: FdbEntry): string {
  const { mac, dev, vlan, dst, port, vni, sourceVni, via, nexthopId, state } = entry
  const named = words(
    'bridge fdb',
    verb,
    mac,
    'dev',
    String(dev),
    isSelf(entry) ? 'self' : 'master',
    vlan !== undefined && `vlan ${vlan}`,
    dst !== undefined && `dst ${dst}`,
    port !== undefined && `port ${port}`,
    vni !== undefined && `vni ${vni}`,
    sourceVni !== undefined && `src_vni ${sourceVni}`,
    via !== undefined && `via ${via}`,
    nexthopId !== undefined && `nhid ${nexthopId}`,
  )
  if (verb === 'delete') return named
  return words(
    named,
    state === 'reachable' || state === 'stale' ? 'dynamic' : state,
    entry.sticky && 'sticky',
    entry.externallyLearned && 'extern_learn',
    entry.router && 'router',
  )
}

/** The `bridge mdb` command for an entry. */
export function mdbCommand(verb: 'add' | 'replace' | 'delete', entry: MdbEntry): string {
  const { dev, port, group, vlan, source, state = 'permanent', filterMode, sourceList, protocol } = entry
  const { dst, dstPort, vni, via, sourceVni } = entry
  const named = words(
    `bridge mdb ${verb} dev`,
    String(dev),
    'port',
    String(port),
    'grp',
    group,
    source !== undefined && `src ${source}`,
    vlan !== undefined && `vid ${vlan}`,
    dst !== undefined && `dst ${dst}`,
    sourceVni !== undefined && `src_vni ${sourceVni}`,
  )
  if (verb === 'delete') return named
  return words(
    named,
    state === 'permanent' ? 'permanent' : 'temp',
    filterMode && `filter_mode ${filterMode}`,
    sourceList && sourceList.length > 0 && `source_list ${sourceList.join(',')}`,
    protocol !== undefined && `proto ${protocol}`,
    dstPort !== undefined && `dst_port ${dstPort}`,
    vni !== undefined && `vni ${vni}`,
    via !== undefined && `via ${via}`,
  )
}
