import type { AnyAttributeTable } from '../../netlink/table.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link } from '../../rtnetlink/link.js'
import { portOptionsOf } from '../../rtnetlink/linkProperties.js'
import type { PropertyChange } from '../../state/equal.js'
import { sectionOf } from '../../state/link.js'
import { generalOf } from './generalWords.js'
import { kindWords } from './kindWords.js'
import { optionsOf, wordsOfTaken } from './options.js'
import { unusual, wordless, wordlessComment } from './wordless.js'
import { onOff, words } from './words.js'

/** What is known of a change of a living link besides the change. */
interface OptionChange {
  readonly kind?: string | undefined
  readonly toldAgain?: object | undefined
  /** What the plan shows as changes. */
  readonly shown?: readonly PropertyChange[]
}

/** The commands that set properties of a link that is there. */
export function setCommands(
  name: string,
  changes: Partial<Link>,
  { kind: kindName, toldAgain, shown }: OptionChange = {},
): string[] {
  const commands: string[] = []
  const general = generalOf(changes)
  if (general.length > 0) commands.push(words('ip link set dev', name, ...general))
  commands.push(...reasonCommands(name, changes.protocolDownReasons, 'on'))
  if (changes.ipv6Token !== undefined) commands.push(words('ip token set', changes.ipv6Token, 'dev', name))
  const kind = kindName === undefined ? undefined : linkKind(kindName)
  const options = kind && sectionOf(changes, kind.kind)
  if (kind?.creation === 'tuntap')
    return [...commands, ...wordless(name, Object.keys(options ?? {}).filter(changedIn(shown, kind.kind)))]
  const taken = kind && options ? wordsOfTaken(kind.options, changesIn(shown, kind.kind)) : []
  const own = kind && options ? [...kindWords(kind, { ...toldAgain, ...options }), ...taken] : []
  if (own.length > 0) commands.push(words('ip link set dev', name, 'type', kind?.kernelKind ?? kind?.kind, ...own))
  if (kind && options) commands.push(...wordlessComment(name, kind.options, options, changedIn(shown, kind.kind)))
  const port = portOptionsOf(changes)
  const { port: table, portDefaults, generic } = (port && linkKind(port.masterKind)) ?? {}
  if (port && table && !generic?.port) {
    const isMissed = shown ? changedIn(shown, `${port.masterKind}Port`) : unusual(port.options, portDefaults)
    commands.push(...portCommands(name, port, table, isMissed))
  }
  return commands
}

/** What the plan shows of the options in a section, by their own names. */
function changesIn(shown: readonly PropertyChange[] = [], section: string): readonly PropertyChange[] {
  const start = `${section}.`
  return shown
    .filter(({ property }) => property.startsWith(start))
    .map((change) => ({ ...change, property: change.property.slice(start.length) }))
}

/** Whether an option changes; others may be told along with it. */
function changedIn(shown: readonly PropertyChange[] | undefined, section: string): (name: string) => boolean {
  const changed = new Set(changesIn(shown, section).map(({ property }) => property))
  return (name) => changed.has(name)
}

function portCommands(
  name: string,
  { masterKind, options }: { readonly masterKind: string; readonly options: object },
  table: AnyAttributeTable,
  isMissed: (option: string) => boolean,
): string[] {
  const own = optionsOf(table, options, { switchWord: onOff })
  const ofBridge = optionsOf(table, options, { switchWord: onOff, ofBridge: true })
  return [
    ...(own.length > 0 ? [words('ip link set dev', name, `type ${masterKind}_slave`, ...own)] : []),
    ...(ofBridge.length > 0 ? [words('bridge link set dev', name, ...ofBridge)] : []),
    ...wordlessComment(name, table, options, isMissed),
  ]
}

/** The commands that add or take back reasons to be down. */
export function reasonCommands(name: string, reasons: readonly number[] = [], state: 'on' | 'off'): string[] {
  return reasons.map((reason) => words('ip link set dev', name, 'protodown_reason', String(reason), state))
}
