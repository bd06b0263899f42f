import type { DesiredLink } from '../../state/desired.js'
import { linkDifferences } from '../../state/link.js'
import type { LinkRecord } from '../../state/model.js'
import type { DiffContext } from './context.js'

/**
 * Refuses to remove a device without a kind, such as lo: only its driver can take it away (net/core/rtnetlink.c,
 * rtnl_delete_link).
 */
export function checkRemovable(context: DiffContext, { path = '' }: DesiredLink, { link }: LinkRecord): void {
  if (!context.owner || link.kind !== undefined) return
  const message = `the link ${link.name} cannot be removed: it is a device of no kind, which only its driver takes away`
  context.problems.push({ path, message })
}

/**
 * Refuses to make such a device anew.
 * @returns whether it is one
 */
export function refusesAnew(context: DiffContext, { name, path = '', properties }: DesiredLink): boolean {
  const former = context.before.links.get(name)?.link
  if (!context.owner || !former || former.kind !== undefined || !context.recreated.has(name)) return false
  const { property = '' } = linkDifferences(properties, former).find(({ immutable }) => immutable) ?? {}
  context.problems.push({
    path: property === '' ? path : `${path}/${property}`,
    message: `${property || 'this'} of ${name} cannot be changed: it is a device of no kind, which cannot be made anew`,
    ...(property === 'kind' ? { hint: 'leave kind out, or give the new link another name' } : {}),
  })
  return true
}
