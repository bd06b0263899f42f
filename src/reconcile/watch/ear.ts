import { closeSync } from 'node:fs'
import type { ReceivedMessage } from '../../netlink/message.js'
import { Monitor } from '../../netlink/monitor.js'
import type { Transport } from '../../netlink/transports/transport.js'
import { changedTable, NFNLGRP_NFTABLES } from '../../nftables/notification.js'
import {
  RTNLGRP_BRVLAN,
  RTNLGRP_IPV4_IFADDR,
  RTNLGRP_IPV4_NETCONF,
  RTNLGRP_IPV4_ROUTE,
  RTNLGRP_IPV4_RULE,
  RTNLGRP_IPV6_IFADDR,
  RTNLGRP_IPV6_NETCONF,
  RTNLGRP_IPV6_ROUTE,
  RTNLGRP_IPV6_RULE,
  RTNLGRP_LINK,
  RTNLGRP_MDB,
  RTNLGRP_NEIGH,
  RTNLGRP_NEXTHOP,
  RTNLGRP_TC,
  RTNLGRP_TUNNEL,
} from '../../rtnetlink/constants.js'
import type { NetworkSpec } from '../../spec/types.js'
import { type NamespaceReference, openNamespace, openOwnNamespace } from '../../system/namespace.js'
import { type KernelMaker, kernelMadeBy, machineKernel, type NetlinkProtocol } from '../world/kernel.js'

/** The groups whose notifications can mean that a spec no longer holds. A table that it says nothing of may churn. */
export function groupsFor(spec: NetworkSpec, prune: boolean): number[] {
  const { links = [], routes, nexthops, rules, neighbors, fdb, mdb, forwarding } = spec
  const hasVlans = links.some(({ bridge, bridgePort }) => bridge?.vlans || bridge?.vlanOptions || bridgePort?.vlans)
  const hasQdiscs = links.some(({ qdisc, ingressQdisc }) => qdisc !== undefined || ingressQdisc !== undefined)
  return [
    RTNLGRP_LINK,
    RTNLGRP_IPV4_IFADDR,
    RTNLGRP_IPV6_IFADDR,
    ...(routes || prune ? [RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE] : []),
    ...(nexthops || prune ? [RTNLGRP_NEXTHOP] : []),
    ...(rules || prune ? [RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE] : []),
    ...(hasVlans ? [RTNLGRP_BRVLAN] : []),
    ...(links.some(({ vxlan }) => vxlan?.vnis) ? [RTNLGRP_TUNNEL] : []),
    ...(hasQdiscs ? [RTNLGRP_TC] : []),
    ...(mdb ? [RTNLGRP_MDB] : []),
    ...(neighbors || fdb || prune ? [RTNLGRP_NEIGH] : []),
    ...(forwarding ? [RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_NETCONF] : []),
  ]
}

/** What is heard of one netlink protocol. */
export interface Listening {
  /** Left out for rtnetlink. */
  readonly protocol?: NetlinkProtocol
  readonly groups: readonly number[]
  /** Whether a notification may mean that a spec no longer holds. Default: each may. */
  readonly concerns?: (message: ReceivedMessage) => boolean
}

/** What is to be heard for the sake of a spec, whose firewall is in the tables of a name. */
export function listeningFor(spec: NetworkSpec, prune: boolean, table: string): Listening[] {
  const hasFirewall = prune || spec.nat !== undefined || (spec.links ?? []).some(({ confine }) => confine !== undefined)
  const firewall: Listening = {
    protocol: 'netfilter',
    groups: [NFNLGRP_NFTABLES],
    concerns: ({ body }) => changedTable(body) === table,
  }
  return [{ groups: groupsFor(spec, prune) }, ...(hasFirewall ? [firewall] : [])]
}

/** Opens a socket for notifications in a namespace; `undefined` is the one that the calling thread is in. */
export function listeningTransport(
  reference: NamespaceReference | undefined,
  kernelOf: KernelMaker = machineKernel,
  protocol?: NetlinkProtocol,
): Transport {
  const fd = reference === undefined ? openOwnNamespace() : openNamespace(reference)
  try {
    const kernel = kernelMadeBy(kernelOf, fd)
    return protocol === undefined ? kernel.transport() : kernel.transportOf(protocol)
  } finally {
    closeSync(fd)
  }
}

/** Listens in one namespace, from its making on. An overrun is as good as a notification: another look is due. */
export class Ear {
  readonly #monitor: Monitor<true>
  #open = true

  /** @param onEnd told when the socket broke */
  constructor(
    transport: Transport,
    { groups, concerns = () => true }: Listening,
    onSound: () => void,
    onEnd: (error: unknown) => void,
  ) {
    this.#monitor = new Monitor(transport, groups, (message) => (concerns(message) ? true : undefined))
    void this.#listen(onSound).catch((error: unknown) => {
      const wasOpen = this.#open
      this.close()
      if (wasOpen) onEnd(error)
    })
  }

  async #listen(onSound: () => void): Promise<void> {
    for await (const _event of this.#monitor) onSound()
  }

  get open(): boolean {
    return this.#open
  }

  close(): void {
    this.#open = false
    this.#monitor.close()
  }
}
