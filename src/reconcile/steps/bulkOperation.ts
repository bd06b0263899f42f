import { inThousands } from '../../system/inThousands.js'
import type { Operation, RouteOperation } from './operation.js'

/** What is done to many routes. */
export type BulkOperation = Extract<Operation, { type: 'bulkRoutes' }>

/** What is done to one of many routes. */
export function singleOperation(operation: RouteOperation, to: string): RouteOperation {
  const route = { ...operation.route, to }
  return operation.type === 'replaceRoute'
    ? { ...operation, route, previous: { ...operation.previous, to } }
    : { ...operation, route }
}

/** The command of the first of many, and how many more there are. */
export function bulkEquivalent({ changes }: BulkOperation, command: (operation: RouteOperation) => string[]): string[] {
  for (const { to, way } of changes) {
    const more = changes.size - 1
    return [...command(singleOperation(way.operation, to)), `# and ${inThousands(more)} more`]
  }
  return []
}
