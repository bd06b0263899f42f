import { NetworkError } from '../error.js'
import { linkKind } from '../rtnetlink/kinds/registry.js'
import type { Link, ListedLink } from '../rtnetlink/link.js'
import type { TunTapConfiguration } from '../tuntap/configuration.js'

/** Whether a link is made through /dev/net/tun, since the kernel refuses to make it over rtnetlink. */
export function isTunTap({ kind }: Partial<Link>): boolean {
  return kind !== undefined && linkKind(kind)?.creation === 'tuntap'
}

/** The device behind a link, as `linkwright/tuntap` takes it. */
export function deviceOf(link: Link): TunTapConfiguration {
  const options = link.kind === 'tun' ? link.tun : link.tap
  return { ...options, name: link.name, mode: link.kind === 'tun' ? 'tun' : 'tap' }
}

/** What must be set through /dev/net/tun; the kernel changes only owner and group of a living device. */
export function accountChanges(current: ListedLink, changes: Partial<Link>): TunTapConfiguration | undefined {
  if (!isTunTap(current)) return undefined
  const options = current.kind === 'tun' ? changes.tun : changes.tap
  if (!options) return undefined
  const { owner, group, ...others } = options
  const [other] = Object.keys(others)
  if (other === undefined) return { ...deviceOf(current), ...options }
  const object = `link ${current.name}`
  const message = `${object}: the kernel does not change ${other} of a ${current.kind}; delete it and create it anew`
  throw new NetworkError('UNSUPPORTED', message, { object, attribute: `${current.kind}.${other}` })
}

/** The changes that rtnetlink can make. */
export function withoutDeviceOptions(current: ListedLink, changes: Partial<Link>): Partial<Link> {
  if (!isTunTap(current)) return changes
  const { tun: _tun, tap: _tap, ...others } = changes
  return others
}
