import { NetworkError } from '../../error.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link } from '../../rtnetlink/link.js'
import { kindOptionsOf } from '../../rtnetlink/linkProperties.js'
import type { DesiredNetwork } from '../../state/desired.js'
import { equivalentOf } from '../equivalent/operation.js'
import { type PlannedStep, shownValue } from '../steps/step.js'

/** What is wanted but for what the kernel may rightly have changed since it was done. */
export function lastingWish(networks: ReadonlyMap<string, DesiredNetwork>): Map<string, DesiredNetwork> {
  return new Map(
    [...networks].map(([name, network]) => {
      // The lists are asked about by their identity, so that only those are copied that change.
      if (!network.links.some(({ properties }) => lastingOptions(properties))) return [name, network]
      const links = network.links.map((link) => {
        return { ...link, properties: { ...link.properties, ...lastingOptions(link.properties) } }
      })
      return [name, { ...network, links }]
    }),
  )
}

function lastingOptions(properties: Partial<Link>): Partial<Link> | undefined {
  for (const kind of Object.keys(properties)) {
    const generic = linkKind(kind)?.generic
    const options = generic && kindOptionsOf(properties, kind)
    if (options) return { [kind]: generic.lasting(options) }
  }
  return undefined
}

/** What steps that would still have to be done are about. */
export function whatIsLeft(left: readonly PlannedStep[]): string {
  const lines = left.map(({ object, id, action, changes }) => {
    const differing = changes
      .map(({ property, before, after }) => `${property} is ${shownValue(before)} instead of ${shownValue(after)}`)
      .join(', ')
    if (action === 'update') return `${object} ${id}: ${differing}`
    const why = action === 'recreate' && differing !== '' ? `, since ${differing}` : ''
    return `${object} ${id}: would have to ${action} again${why}`
  })
  return lines.join('; ')
}

/** The error of an apply whose steps all succeeded, while the kernel shows something else than was asked for. */
export function unverified(left: readonly PlannedStep[]): NetworkError {
  const [first] = left
  return new NetworkError(
    'NOT_APPLIED',
    `the kernel took every step, but does not show the result: ${whatIsLeft(left)}`,
    {
      ...(first ? { object: `${first.object} ${first.id}`, step: equivalentOf(first) } : {}),
      ...(first?.path === undefined ? {} : { path: first.path }),
    },
  )
}
