import { attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind, type NoOptions } from './kind.js'

/** A team device has no options of its own here: how it works is told by the team's own generic netlink family. */
export type TeamOptions = NoOptions

/** `ip link add NAME type team`: several links as one, as a program such as teamd has it work. */
export const team: LinkKind<'team', TeamOptions> = defineLinkKind({
  kind: 'team',
  options: attributeTable<TeamOptions>({}),
  ethernet: true,
  hasPorts: true,
  portsJoinDown: true,
})
