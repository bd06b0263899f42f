import type { CorpusCase } from './case.js'
import { changes } from './changes.js'
import { creations } from './creations.js'
import { deletions } from './deletions.js'
import { firewalls } from './firewalls.js'
import { namespaces } from './namespaces.js'
import { nexthops } from './nexthops.js'
import { recreations } from './recreations.js'
import { renames } from './renames.js'

export { blue, type CorpusCase, green } from './case.js'

/** All cases. */
export const corpus: readonly CorpusCase[] = [
  ...creations,
  ...changes,
  ...recreations,
  ...deletions,
  ...renames,
  ...nexthops,
  ...namespaces,
  ...firewalls,
]
