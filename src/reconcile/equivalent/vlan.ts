import type { PortVlan } from '../../rtnetlink/bridgeVlan.js'
import { globalVlanEntry, vlanEntry } from '../../rtnetlink/bridgeVlanAttributes.js'
import type { Operation } from '../steps/operation.js'
import { optionsOf } from './options.js'
import { onOff, words } from './words.js'

/** The `bridge` commands that change VLANs. */
export function vlanCommands({ dev, self, changes, up }: Extract<Operation, { type: 'setVlans' }>): string[] {
  const command = (verb: string, { id }: Pick<PortVlan, 'id'>, ...more: (string | false | undefined)[]): string =>
    words('bridge vlan', verb, 'dev', dev, `vid ${id}`, ...more, self && 'self')
  return [
    ...changes.deleted.map((vlan) => command('delete', vlan)),
    ...changes.released.map((vlan) => command('delete', vlan, 'tunnel_info')),
    ...changes.added.flatMap((vlan) => {
      const { id: _id, pvid, untagged, tunnelId, ...options } = vlan
      const set = optionsOf(vlanEntry, options, { switchWord: onOff })
      return [
        command('add', vlan, pvid && 'pvid', untagged && 'untagged'),
        // With a tunnel, bridge tells of that alone: iproute2, bridge/vlan.c, vlan_modify.
        ...(tunnelId === undefined ? [] : [command('add', vlan, `tunnel_info id ${tunnelId}`)]),
        ...(set.length > 0 ? [command('set', vlan, ...set)] : []),
      ]
    }),
    ...(up ? [words('ip link set dev', dev, 'up')] : []),
  ]
}

/** The `bridge` commands that change what VLANs have on a bridge as a whole. */
export function globalVlanCommands({ dev, options }: Extract<Operation, { type: 'setGlobalVlans' }>): string[] {
  return options.map(({ id, ...given }) =>
    words('bridge vlan global set', 'dev', dev, `vid ${id}`, ...optionsOf(globalVlanEntry, given)),
  )
}
