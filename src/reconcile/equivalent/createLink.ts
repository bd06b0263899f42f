import { splitCreation } from '../../rtnetlink/createLink.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link } from '../../rtnetlink/link.js'
import { protocolDownChanges } from '../../rtnetlink/protocolDownReasons.js'
import { sectionOf } from '../../state/link.js'
import { masterOf } from '../steps/configure.js'
import { generalOf } from './generalWords.js'
import { genericCommands, genericPortCommands } from './genericCommands.js'
import { kindWords } from './kindWords.js'
import { setCommands } from './setLink.js'
import { unusual, wordlessComment } from './wordless.js'
import { altNameCommand, words } from './words.js'

/** The commands that create a link with all its properties. */
export function createLinkCommands(link: Link): string[] {
  const { created, later, altNames } = splitCreation(link)
  const kind = link.kind === undefined ? undefined : linkKind(link.kind)
  const commands: string[] = []
  if (kind?.creation === 'tuntap') commands.push(tuntapCommand(link))
  else commands.push(addCommand(created))
  const options = kind && sectionOf(created, kind.kind)
  if (options) commands.push(...wordlessComment(link.name, kind.options, options, unusual(options, kind.defaults)))
  const set: Partial<Link> = kind?.creation === 'tuntap' ? withoutName(created) : {}
  const isLast = (changes: Partial<Link>): boolean => 'up' in changes || protocolDownChanges(changes).length > 0
  const last = later.filter(isLast)
  const others = later.filter((changes) => !isLast(changes))
  for (const changes of [set, ...others]) commands.push(...setCommands(link.name, changes))
  const change = kind?.generic?.change(sectionOf(link, kind.kind) ?? {}, undefined, false)
  commands.push(...genericCommands(link.name, link, kind, change))
  for (const changes of last) commands.push(...setCommands(link.name, changes))
  commands.push(...genericPortCommands(link.name, masterOf(link), link))
  for (const altName of altNames) commands.push(altNameCommand('add', link.name, altName))
  return commands
}

function withoutName(link: Link): Partial<Link> {
  const { name: _name, ...others } = link
  return others
}

function addCommand(link: Link): string {
  const kind = link.kind === undefined ? undefined : linkKind(link.kind)
  const options = kind && sectionOf(link, kind.kind)
  const lower = options && Object.entries(options).find(([name]) => kind.options.lines[name]?.outer)?.[1]
  return words(
    'ip link add',
    ...(lower === undefined ? [] : ['link', String(lower)]),
    'name',
    link.name,
    ...generalOf(link),
    'type',
    kind && (kind.kernelKind ?? kind.kind),
    ...(kind && options ? kindWords(kind, options) : []),
  )
}

function tuntapCommand(link: Link): string {
  const options = link.kind === 'tun' ? link.tun : link.tap
  return words(
    'ip tuntap add dev',
    link.name,
    'mode',
    link.kind,
    options?.owner !== undefined && `user ${options.owner}`,
    options?.group !== undefined && `group ${options.group}`,
    options?.packetInfo && 'pi',
    options?.vnetHeader && 'vnet_hdr',
    options?.multiQueue && 'multi_queue',
  )
}
