import type { Link } from '../../rtnetlink/link.js'

/** Properties without those that are in messages of their own, for which the link must be there. */
export function withoutOwnMessages({
  bridge,
  bridgePort,
  vxlan,
  ipv6Token: _token,
  ...properties
}: Partial<Link>): Partial<Link> {
  const { vlans: _own, vlanOptions: _options, ...ofBridge } = bridge ?? {}
  const { vlans: _vlans, ...ofPort } = bridgePort ?? {}
  const { vnis: _vnis, ...ofVxlan } = vxlan ?? {}
  return {
    ...properties,
    ...(bridge ? { bridge: ofBridge } : {}),
    ...(vxlan ? { vxlan: ofVxlan } : {}),
    ...(Object.keys(ofPort).length > 0 ? { bridgePort: ofPort } : {}),
  }
}
