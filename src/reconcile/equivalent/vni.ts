import type { VxlanVni } from '../../rtnetlink/vxlanVni.js'
import type { Operation } from '../steps/operation.js'
import { words } from './words.js'

/** The `bridge` commands that change the VNIs of a VXLAN. */
export function vniCommands({ dev, changes }: Extract<Operation, { type: 'setVnis' }>): string[] {
  const command = (verb: string, { id, group, remote }: VxlanVni): string =>
    words('bridge vni', verb, 'dev', dev, `vni ${id}`, group && `group ${group}`, remote && `remote ${remote}`)
  return [...changes.deleted.map((vni) => command('delete', vni)), ...changes.added.map((vni) => command('add', vni))]
}
