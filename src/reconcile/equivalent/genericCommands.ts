import { isFeatureWanted } from '../../genetlink/ethtool/features.js'
import type { AnyLinkKind } from '../../rtnetlink/kinds/kind.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link } from '../../rtnetlink/link.js'
import { portOptionsOf } from '../../rtnetlink/linkProperties.js'
import { onOff, words } from './words.js'

/** The commands for what generic netlink sets. */
export function genericCommands(
  name: string,
  { features = {} }: Partial<Link>,
  kind: AnyLinkKind | undefined,
  change: object | undefined,
): string[] {
  const wanted = Object.entries(features).flatMap(([feature, state]) => [feature, onOff(isFeatureWanted(state))])
  const hasChange = change !== undefined && Object.keys(change).length > 0
  return [
    ...(kind?.generic && hasChange ? kind.generic.commands(name, change) : []),
    ...(wanted.length > 0 ? [words('ethtool -K', name, ...wanted)] : []),
  ]
}

/** The commands for what generic netlink sets of a port. */
export function genericPortCommands(name: string, master: string | undefined, changes: Partial<Link>): string[] {
  const port = portOptionsOf(changes)
  const commands = port && linkKind(port.masterKind)?.generic?.port?.commands(master ?? '', name, port.options)
  return [...(commands ?? [])]
}
