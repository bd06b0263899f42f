import type { Link } from '../../rtnetlink/link.js'
import { onOff, quotedText, words } from './words.js'

type Written = (value: unknown) => string

const valued =
  (word: string): Written =>
  (value) =>
    words(word, String(value))

const switched =
  (word: string): Written =>
  (value) =>
    words(word, onOff(value))

/** The word of `ip link` for a general property, and how its value is written. */
const generalWords: Readonly<Record<string, Written>> = {
  mac: valued('address'),
  broadcast: valued('broadcast'),
  mtu: valued('mtu'),
  alias: (value) => `alias ${quotedText(String(value))}`,
  group: valued('group'),
  txQueueLength: valued('txqueuelen'),
  txQueues: valued('numtxqueues'),
  rxQueues: valued('numrxqueues'),
  gsoMaximumSize: valued('gso_max_size'),
  gsoMaximumSegments: valued('gso_max_segs'),
  groMaximumSize: valued('gro_max_size'),
  gsoIpv4MaximumSize: valued('gso_ipv4_max_size'),
  groIpv4MaximumSize: valued('gro_ipv4_max_size'),
  up: (value) => (value === true ? 'up' : 'down'),
  promiscuous: switched('promisc'),
  allMulticast: switched('allmulticast'),
  arp: switched('arp'),
  multicast: switched('multicast'),
  addressGenerationMode: valued('addrgenmode'),
  protocolDown: switched('protodown'),
  master: (value) => (value === null ? 'nomaster' : words('master', String(value))),
}

/** The words for the general properties of a link, or of a change of it. */
export function generalOf(link: Partial<Link>): string[] {
  return Object.entries(link).flatMap(([name, value]) =>
    value === undefined ? [] : (generalWords[name]?.(value) ?? []),
  )
}
