import { withoutCleared } from '../../state/link.js'
import { eachInTurns } from '../../system/inTurns.js'
import type { DiffContext } from './context.js'
import { createLink } from './linkCreation.js'
import { deleteLink } from './linkRemoval.js'
import { updateLink } from './linkUpdate.js'
import { findLink } from './lookup.js'
import { pinMtus } from './pinnedMtu.js'

/** Steps for the links of a namespace. */
export async function diffLinks(context: DiffContext): Promise<void> {
  pinMtus(context)
  const goesAlong = new Set<string>()
  await eachInTurns(context.desired.links, (wanted) => {
    const record = findLink(context, wanted.name)
    if (wanted.absent) {
      if (record && !wanted.goesAlong && !goesAlong.has(record.link.name))
        deleteLink(context, wanted, record, goesAlong)
    } else if (record) updateLink(context, wanted, record)
    else createLink(context, { ...wanted, properties: withoutCleared(wanted.properties) })
  })
}
