// A kind of link that the SDK does not know, GENEVE: its attributes as a table, and specs and plans take it.
// expect: /^\+ link geneve0$/
// expect: /ip link add name geneve0 type geneve id 42 remote 192\.0\.2\.1 dstport 6081$/
// expect: /^INVALID_SPEC \/links\/0\/geneve\/prot unknown property "prot" \(did you mean port\?\)$/
import { plan, type Spec } from 'linkwright'
import {
  attribute,
  attributeTable,
  be16,
  defineLinkKind,
  ipv4,
  ranged,
  registerLinkKind,
  u32,
} from 'linkwright/rtnetlink'
import { withNamespace } from 'linkwright/testing'
import { parse } from 'yaml'

/** Options of a GENEVE tunnel: `ip link add type geneve help`. */
interface GeneveOptions {
  /** The virtual network, 24 bits. */
  readonly id?: number
  /** The other end's IPv4 address. */
  readonly remote?: string
  /** The UDP port. */
  readonly port?: number
}

// enum of IFLA_GENEVE_*: include/uapi/linux/if_link.h
const options = attributeTable<GeneveOptions>(
  {
    id: attribute(1, ranged(u32, 0, 0xffffff)),
    remote: attribute(2, ipv4),
    port: attribute(5, be16, { ip: 'dstport' }),
  },
  ['id', 'remote'],
)

registerLinkKind(defineLinkKind({ kind: 'geneve', options, immutable: ['id', 'remote', 'port'], ethernet: true }))

await withNamespace(async ({ reference: namespace }) => {
  const right: Spec = parse(
    'links: [{ name: geneve0, kind: geneve, geneve: { id: 42, remote: 192.0.2.1, port: 6081 } }]',
  )
  console.log(String((await plan(right, { namespace })).unwrap()))

  const wrong: Spec = parse(
    'links: [{ name: geneve0, kind: geneve, geneve: { id: 42, remote: 192.0.2.1, prot: 6081 } }]',
  )
  const refused = await plan(wrong, { namespace })
  if (refused.err) {
    for (const { path, message, hint } of refused.val.problems ?? []) {
      console.log(`${refused.val.code} ${path} ${message} (${hint})`)
    }
  }
})
