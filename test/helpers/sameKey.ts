import type { ExecutionContext } from 'ava'
import { type ReconcileNamespace, reconcileNamespace } from './reconcile.js'

interface Shown {
  readonly type?: string
  readonly gateway?: string
  readonly dev?: string
  readonly nhid?: number
  readonly nexthops?: readonly { readonly gateway?: string; readonly dev: string }[]
}

/** A namespace with links that several routes of one key lead by. */
export interface Stage extends ReconcileNamespace {
  /** What leads to a destination, in the kernel's order, as `ip` tells. */
  ways(to: string): readonly string[]
}

const setup = [
  'ip link add d0 type veth peer name d1; ip link set d0 up; ip link set d1 up',
  'ip link add e0 type bridge; ip link set e0 up',
  'ip address add 10.9.0.1/24 dev d0; ip address add 10.7.0.1/24 dev e0',
  'ip -6 address add 2001:db8::1/64 dev d0 nodad; ip -6 address add 2001:db8:1::1/64 dev e0 nodad',
].join('; ')

/** So many that routes are compared in packed form. */
export const fill = `seq 0 5999 | awk '{ printf "route add 20.%d.%d.0/24 via 10.9.0.9\\n", $1 / 256, $1 % 256 }' | ip -batch -`

export const ipv4 = '10.50.0.0/16'
export const ipv6 = '2001:db8:5::/48'

/** Makes it, and whatever else some commands make. */
export function stage(t: ExecutionContext, ...commands: string[]): Stage {
  const namespace = reconcileNamespace(t)
  namespace.sh([setup, ...commands].join('; '))
  return {
    ...namespace,
    ways: (to) => {
      const family = to.includes(':') ? '-6' : '-4'
      const shown: Shown[] = JSON.parse(namespace.sh(`ip -j ${family} route show ${to}`))
      return shown.map(({ type, gateway, dev, nhid, nexthops }) => {
        const hops = nexthops?.map((hop) => hop.gateway).join('+')
        return type ?? (nhid === undefined ? (hops ?? gateway ?? dev ?? '') : `nhid ${nhid}`)
      })
    },
  }
}
