import { canonicalKey, parseKey, publicKeyOf } from '../genetlink/wireguard/key.js'
import { formatPrefix, networkOf, parsePrefix } from '../ip/prefix.js'
import type { Path } from './pointer.js'
import type { Report } from './report.js'
import type { LinkSpec } from './types.js'

/** What is wrong with the peers of a WireGuard link. No message shows a secret key. */
export function wireguardProblems({ wireguard }: LinkSpec, at: Path, report: Report): void {
  const own = wireguard?.privateKey ? ownKey(wireguard.privateKey) : undefined
  const keys = new Set<string>()
  const owners = new Map<string, string>()
  for (const [index, peer] of (wireguard?.peers ?? []).entries()) {
    const place = [...at, 'wireguard', 'peers', index]
    const key = canonicalKey(peer.publicKey)
    if (key === own) report([...place, 'publicKey'], 'this is the public key of the device itself')
    if (keys.has(key)) report([...place, 'publicKey'], `the peer ${key} is listed twice`)
    keys.add(key)
    if (peer.presharedKey !== undefined && peer.presharedKeyFile !== undefined) {
      report(place, 'only one of presharedKey and presharedKeyFile can be given')
    }
    if (peer.roaming !== undefined && peer.endpoint === undefined) {
      report([...place, 'roaming'], 'roaming says how an endpoint is meant, and there is none')
    }
    for (const [position, text] of (peer.allowedIps ?? []).entries()) {
      const prefix = parsePrefix(text)
      const name = prefix ? formatPrefix(networkOf(prefix)) : text
      const owner = owners.get(name)
      const where = [...place, 'allowedIps', position]
      if (owner === key) report(where, `${name} is listed twice`)
      else if (owner !== undefined)
        report(where, `${name} belongs to one peer only, and the peer ${owner} has it already`)
      else owners.set(name, key)
    }
  }
}

function ownKey(privateKey: string): string | undefined {
  return parseKey(privateKey) ? publicKeyOf(privateKey) : undefined
}
