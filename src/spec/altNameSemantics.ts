import type { Path } from './pointer.js'
import type { Report } from './report.js'
import type { LinkSpec } from './types.js'

/** No two links of a namespace have a name in common: net/core/dev.c, netdev_name_node_alt_create. */
export function* altNameProblems(
  links: readonly LinkSpec[],
  path: Path,
  byName: ReadonlyMap<string, LinkSpec>,
  report: Report,
): Generator<void> {
  const bearers = new Map<string, LinkSpec>()
  for (const [index, link] of links.entries()) {
    yield
    for (const [position, altName] of (link.altNames ?? []).entries()) {
      const at = [...path, index, 'altNames', position]
      const named = byName.get(altName) ?? link
      const bearer = bearers.get(altName)
      if (named !== link) {
        report(
          at,
          `${altName} is listed as a link of its own, and cannot be an alternative name of ${link.name} as well`,
        )
      } else if (bearer) {
        report(
          at,
          bearer === link
            ? `${altName} is listed twice`
            : `${altName} is an alternative name of ${bearer.name} already`,
        )
      }
      bearers.set(altName, link)
    }
  }
}
