import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link, ListedLink } from '../../rtnetlink/link.js'

/** What a link keeps that becomes one of another kind: what every kind has, and what only Ethernet has if both are that. */
export function keptByKind(had: Partial<Link>, { kind: former, masterKind }: ListedLink, kind = ''): Partial<Link> {
  const isEthernet = [former ?? '', kind].every((one) => linkKind(one)?.ethernet)
  const { up, alias, altNames, group } = had
  const mac = isEthernet ? had.mac : undefined
  const master = isEthernet || masterKind !== 'bridge' ? had.master : undefined
  return Object.fromEntries(
    Object.entries({ up, alias, altNames, master, mac, group }).filter(([, value]) => value !== undefined),
  )
}
