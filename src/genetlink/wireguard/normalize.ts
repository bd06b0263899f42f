import { formatPrefix, networkOf, parsePrefix } from '../../ip/prefix.js'
import type { WantedPeer, WantedWireguard } from './change.js'
import { canonicalEndpoint } from './endpoint.js'
import { canonicalKey, clampedKey, readKeyFile } from './key.js'

/** What is wanted in the kernel's terms: keys read from their files, and one spelling for everything. */
export function normalizeWireguard(wanted: WantedWireguard): WantedWireguard {
  const { privateKeyFile, privateKey, fwmark, peers, ...others } = wanted
  const key = privateKeyFile === undefined ? privateKey : readKeyFile(privateKeyFile)
  return {
    ...others,
    ...(key === undefined ? {} : { privateKey: key && clampedKey(key) }),
    ...(fwmark === undefined ? {} : { fwmark: Number(fwmark) }),
    ...(peers ? { peers: peers.map(normalizePeer) } : {}),
  }
}

function normalizePeer(peer: WantedPeer): WantedPeer {
  const { publicKey, presharedKeyFile, presharedKey, endpoint, allowedIps, ...others } = peer
  const key = presharedKeyFile === undefined ? presharedKey : readKeyFile(presharedKeyFile)
  return {
    ...others,
    publicKey: canonicalKey(publicKey),
    ...(key === undefined ? {} : { presharedKey: key && canonicalKey(key) }),
    ...(endpoint === undefined ? {} : { endpoint: endpoint && canonicalEndpoint(endpoint) }),
    ...(allowedIps ? { allowedIps: allowedIps.map(canonicalPrefix) } : {}),
  }
}

/** Host bits are cleared, as the kernel does it. */
function canonicalPrefix(text: string): string {
  const prefix = parsePrefix(text)
  return prefix ? formatPrefix(networkOf(prefix)) : text
}
