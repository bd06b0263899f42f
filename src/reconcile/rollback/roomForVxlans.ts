import { familyOf } from '../../ip/address.js'
import type { VxlanOptions } from '../../rtnetlink/kinds/vxlan.js'
import type { DesiredNetwork } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { addStep } from '../diff/context.js'
import { propertyChange } from '../steps/operation.js'
import { Phase, type PlannedStep } from '../steps/step.js'

/** Bytes of the headers around a frame, with IPv4 and with IPv6 around: include/net/vxlan.h, vxlan_headroom. */
const headers = { inet: 50, inet6: 70 } as const

/**
 * Adds to the steps of undoing room in the devices below VXLANs: the kernel keeps a VXLAN whose device below was given less
 * room later, and would neither make nor change one so (drivers/net/vxlan/vxlan_core.c, vxlan_config_apply and
 * vxlan_change_mtu). The device below has the MTU for it while that is done.
 */
export function withRoomForVxlans(
  steps: readonly PlannedStep[],
  networks: ReadonlyMap<string, DesiredNetwork>,
  states: ReadonlyMap<string, NetworkState>,
): PlannedStep[] {
  if (!steps.some(vxlanOf)) return [...steps]
  const wanted = new Map([...networks].map(([namespace, { links }]) => [namespace, byName(links)]))
  const mtus = new Map<string, number>()
  const [all, back]: [PlannedStep[], PlannedStep[]] = [[], []]
  for (const step of steps) {
    const given = vxlanOf(step)
    const namespace = step.namespace ?? ''
    const links = wanted.get(namespace)
    const lower = given && links?.get(given.name)?.properties.vxlan?.link
    if (given && typeof lower === 'string') {
      const had = links?.get(lower)?.properties.mtu ?? states.get(namespace)?.links.get(lower)?.link.mtu
      const mtu = given.mtu + given.headers
      const key = `${namespace} ${lower}`
      if (had !== undefined && (mtus.get(key) ?? had) < mtu) {
        if (!mtus.has(key)) addChange(back, lower, had, namespace)
        mtus.set(key, mtu)
        addChange(all, lower, mtu, namespace)
      }
    }
    all.push(step)
  }
  return [...all, ...back]
}

function byName(links: DesiredNetwork['links']): ReadonlyMap<string, DesiredNetwork['links'][number]> {
  return new Map(links.map((link) => [link.name, link]))
}

/** The VXLAN that a step gives an MTU, and what its packets have around them. */
function vxlanOf({ operation }: PlannedStep): { name: string; mtu: number; headers: number } | undefined {
  if (operation.type === 'createLink') {
    const { name, kind, mtu, vxlan } = operation.link
    return kind === 'vxlan' && mtu !== undefined ? { name, mtu, headers: headersOf(vxlan) } : undefined
  }
  if (operation.type !== 'updateLink' || operation.kind !== 'vxlan') return undefined
  const { mtu, vxlan } = operation.changes
  return mtu === undefined ? undefined : { name: operation.name, mtu, headers: headersOf(vxlan) }
}

function headersOf({ remote, group, local }: VxlanOptions = {}): number {
  const end = remote ?? group ?? local
  return headers[end === undefined ? 'inet' : familyOf(end)]
}

function addChange(steps: PlannedStep[], name: string, mtu: number, namespace: string): void {
  addStep(
    { namespace, steps },
    {
      action: 'update',
      object: 'link',
      id: name,
      changes: [{ property: 'mtu', after: mtu }],
      phase: Phase.link,
      operation: propertyChange(name, undefined, { mtu }),
    },
  )
}
