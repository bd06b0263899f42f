import { familyOf, formatAddress, parseAddress } from '../ip/address.js'
import { hasHostBits, parsePrefix } from '../ip/prefix.js'
import { parseEndpoint } from './firewallSchema.js'
import type { ConfineSpec, NatSpec } from './firewallTypes.js'
import type { Path } from './pointer.js'
import type { Report } from './report.js'
import type { LinkSpec } from './types.js'

/** What is wrong with the address translation of one namespace. */
export function* natProblems(
  { masquerade = [], portForward = [] }: NatSpec,
  path: Path,
  report: Report,
): Generator<void> {
  for (const [index, { from }] of masquerade.entries()) {
    const prefix = parsePrefix(from)
    if (prefix && hasHostBits(prefix)) {
      report([...path, 'masquerade', index, 'from'], `${from} has bits behind its prefix length`)
    }
  }
  const seen = new Map<string, number>()
  for (const [index, one] of portForward.entries()) {
    yield
    const at = [...path, 'portForward', index]
    if (one.to === undefined && !one.absent) report(at, '"to" is missing')
    const target = one.to === undefined ? undefined : parseEndpoint(one.to)?.address
    if (target !== undefined && one.address !== undefined && familyOf(target) !== familyOf(one.address)) {
      report([...at, 'address'], `${one.address} is of another family than ${one.to}`)
    }
    const key = `${one.protocol} ${one.port} ${one.in ?? ''} ${one.address ?? ''} ${target === undefined ? '' : familyOf(target)}`
    const first = seen.get(key)
    if (first !== undefined) report(at, `port ${one.port} is forwarded by /nat/portForward/${first} already`)
    seen.set(key, index)
  }
}

/** What is wrong with the confinement of the links of one namespace. */
export function* confineProblems(links: readonly LinkSpec[], path: Path, report: Report): Generator<void> {
  const owners = new Map<string, string>()
  for (const [index, { name, confine }] of links.entries()) {
    yield
    if (!confine) continue
    const at = [...path, index, 'confine']
    if (Object.keys(confine).length === 0) report(at, 'says nothing; to take a confinement away, say null')
    needsAddresses(confine, at, report)
    for (const [position, { protocol, port }] of (confine.host ?? []).entries()) {
      if (protocol === 'icmp' && port !== undefined) report([...at, 'host', position, 'port'], 'icmp has no ports')
    }
    for (const [position, address] of (confine.addresses ?? []).entries()) {
      const bytes = parseAddress(address)
      const key = bytes ? formatAddress(bytes) : address
      const owner = owners.get(key)
      if (owner !== undefined) report([...at, 'addresses', position], `${address} is an address of ${owner} already`)
      owners.set(key, name)
    }
  }
}

function needsAddresses({ addresses, host, isolated }: ConfineSpec, at: Path, report: Report): void {
  if (addresses !== undefined && addresses.length > 0) return
  if (host) report([...at, 'host'], 'needs addresses, by which the host knows the guest')
  if (isolated) report([...at, 'isolated'], 'needs addresses, by which the host knows the guest')
}
