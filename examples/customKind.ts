// A kind of link that the SDK does not know, AMT: its attributes as a table, and specs and plans take it.
// expect: /^\+ link amt0$/
// expect: /ip link add name amt0 type amt mode gateway discovery 192\.0\.2\.1 local 192\.0\.2\.2 dev br0$/
// expect: /^INVALID_SPEC \/links\/0\/amt\/lokal unknown property "lokal" \(did you mean local\?\)$/
import { plan, type Spec } from 'linkwright'
import {
  attribute,
  attributeTable,
  defineLinkKind,
  enumeration,
  ipv4,
  linkReference,
  registerLinkKind,
  u32,
} from 'linkwright/rtnetlink'
import { FakeKernel } from 'linkwright/testing'
import { parse } from 'yaml'

/** Options of an AMT tunnel (RFC 7450): `ip link add type amt help`. */
interface AmtOptions {
  /** Which end this is. */
  readonly mode?: 'gateway' | 'relay'
  /** The IPv4 address that the other end is found by. */
  readonly discovery?: string
  /** The own IPv4 address. */
  readonly local?: string
  /** The link below. */
  readonly link?: string | number
}

// enum of IFLA_AMT_*: include/uapi/linux/amt.h
const options = attributeTable<AmtOptions>(
  {
    mode: attribute(1, enumeration(u32, { gateway: 0, relay: 1 })),
    discovery: attribute(7, ipv4),
    local: attribute(5, ipv4),
    link: attribute(4, linkReference, { ip: 'dev' }),
  },
  ['mode', 'local', 'link'],
)

registerLinkKind(
  defineLinkKind({
    kind: 'amt',
    options,
    immutable: ['mode', 'discovery', 'local', 'link'],
    dependsOn: ['link'],
    ethernet: true,
  }),
)

// The kernel in memory plans without having the kind.
const kernel = new FakeKernel()
const right: Spec = parse(`
links:
  - { name: amt0, kind: amt, amt: { mode: gateway, discovery: 192.0.2.1, local: 192.0.2.2, link: br0 } }
  - { name: br0, kind: bridge }
`)
console.log(String((await plan(right, { kernel })).unwrap()))

const wrong: Spec = parse('links: [{ name: amt0, kind: amt, amt: { mode: relay, lokal: 192.0.2.2, link: br0 } }]')
const refused = await plan(wrong, { kernel })
if (refused.err) {
  for (const { path, message, hint } of refused.val.problems ?? []) {
    if (hint) console.log(`${refused.val.code} ${path} ${message} (${hint})`)
  }
}
