import { linkKind, ordinaryMtu } from '../../rtnetlink/kinds/registry.js'
import type { DesiredLink } from '../../state/desired.js'
import { sectionOf } from '../../state/link.js'
import { eachInTurns } from '../../system/inTurns.js'
import type { DiffContext } from './context.js'
import { desiredLink, findLink, kindOf } from './lookup.js'

/** Notes each link whose MTU is to be larger than that of the device below, of the kinds for which the kernel refuses it. */
export async function checkMtusWithinLower(context: DiffContext): Promise<void> {
  if (!context.owner) return
  await eachInTurns(context.desired.links, (wanted) => {
    const { name, absent, path, properties } = wanted
    const { mtu } = properties
    // What only comes back says no more than what it was.
    if (absent || path === undefined || mtu === undefined) return
    if (!linkKind(kindOf(context, name) ?? '')?.mtuWithinLower) return
    const lower = lowerOf(context, wanted)
    const most = lower === undefined ? undefined : mtuOf(context, lower)
    if (most === undefined || mtu <= most) return
    context.problems.push({
      path: `${path}/mtu`,
      message: `the MTU of ${name} is at most that of ${lower} below it, ${most}, and not ${mtu}`,
      hint: `give ${lower} such an MTU, too`,
    })
  })
}

/** The device below that is to be, where it is in this namespace. */
function lowerOf(context: DiffContext, { name, properties, elsewhere }: DesiredLink): string | undefined {
  const kind = kindOf(context, name) ?? ''
  const there = findLink(context, name)
  if (elsewhere ?? there?.elsewhere) return undefined
  const options = { ...(there && sectionOf(there.link, kind)), ...sectionOf(properties, kind) }
  const lower = options['link']
  return typeof lower === 'string' ? lower : undefined
}

/** The MTU that a link has once all is done; `undefined` where it follows other links, or nobody knows. */
function mtuOf(context: DiffContext, name: string): number | undefined {
  const stated = desiredLink(context, name)?.properties.mtu
  if (stated !== undefined) return stated
  const kind = kindOf(context, name) ?? ''
  if (linkKind(kind)?.setAfterCreation?.['mtu']) return undefined
  const there = findLink(context, name)
  return there ? there.link.mtu : ordinaryMtu(kind)
}
