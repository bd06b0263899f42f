import type { ConfineSpec, NatSpec } from '../../spec/firewallTypes.js'
import type { Confinement, Firewall, PortForward } from '../firewall/firewall.js'

/** Address translation as a spec would say it; `undefined` where there is none. */
export function natToSpec({ masquerades, portForwards }: Firewall): NatSpec | undefined {
  const masquerade = [...masquerades.values()]
  const portForward = [...portForwards.values()].map(({ toPort, to, ...others }: PortForward) => ({
    ...others,
    to: to.includes(':') ? `[${to}]:${toPort}` : `${to}:${toPort}`,
  }))
  if (masquerade.length + portForward.length === 0) return undefined
  return {
    ...(masquerade.length > 0 ? { masquerade } : {}),
    ...(portForward.length > 0 ? { portForward } : {}),
  }
}

/** A confinement as a spec would say it. */
export function confineToSpec(confinement: Confinement | undefined): { readonly confine?: ConfineSpec } {
  return confinement ? { confine: confinement } : {}
}
