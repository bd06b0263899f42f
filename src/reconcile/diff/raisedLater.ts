import { familyOf } from '../../ip/address.js'
import { isPairKind } from '../../rtnetlink/pair.js'
import type { DesiredLink } from '../../state/desired.js'
import { propertyChange } from '../steps/operation.js'
import { Phase } from '../steps/step.js'
import { addStep, type DiffContext } from './context.js'
import { settingsBeforeUp } from './sysctls.js'

/** Fewer take the kernel no time worth another step. */
const manyAddresses = 1000

/** Whether a new link comes up only when it has its settings, or its many addresses, in a step of its own. */
export function isRaisedLater(context: DiffContext, wanted: DesiredLink): boolean {
  if (wanted.properties.up === false) return false
  return Object.keys(settingsBeforeUp(context, wanted)).length > 0 || hasManyAddresses(context, wanted)
}

/**
 * With each IPv4 address of a link that is up, the kernel looks through all next hops of the link
 * (net/ipv4/fib_frontend.c, fib_inetaddr_event, and fib_semantics.c, fib_sync_up), so that 10,000 of them take a
 * multiple of the time.
 */
function hasManyAddresses(
  { recreated }: DiffContext,
  { name, properties, addresses = [], elsewhere }: DesiredLink,
): boolean {
  if (addresses.length < manyAddresses || elsewhere || recreated.has(name) || isPairKind(properties.kind)) return false
  return addresses.every(({ address }) => familyOf(address) === 'inet')
}

/** Brings a link up that was made down. */
export function raise(context: DiffContext, wanted: DesiredLink): void {
  const { name, path, properties } = wanted
  addStep(context, {
    action: 'update',
    object: 'link',
    id: name,
    changes: [{ property: 'up', before: false, after: true }],
    path,
    phase: Phase.raised,
    provides: [`raised ${name}`],
    needs: [
      ...[`link ${name}`, `configured ${name}`, `changed ${name}`, `set ${name}`],
      ...(hasManyAddresses(context, wanted) ? [`addresses ${name}`] : []),
    ],
    operation: propertyChange(name, properties.kind, { up: true }),
  })
}
