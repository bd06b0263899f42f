import * as v from 'valibot'
import type { DesiredRoute } from '../../state/desired.js'
import { fromJson } from './plainData.js'

export const linkName = v.pipe(v.string(), v.regex(/^[^/\s:]{1,15}$/u))
export const properties = v.record(v.string(), v.unknown())
export const inetFamily = v.picklist(['inet', 'inet6'])
export const dev = v.union([linkName, v.pipe(v.number(), v.integer(), v.minValue(1))])
const hop = v.looseObject({ via: v.optional(v.string()), dev: v.optional(dev) })

const route = v.looseObject({
  family: inetFamily,
  to: v.string(),
  table: v.number(),
  metric: v.number(),
  tos: v.number(),
  dev: v.optional(dev),
  nexthops: v.optional(v.array(hop)),
})

/** A route as a journal has it. */
export const desiredRoute = v.looseObject({
  path: v.optional(v.string()),
  absent: v.boolean(),
  route,
  stated: properties,
})

/** The route that a line tells; nothing where it tells none. */
export function routeOfLine(line: string): DesiredRoute | undefined {
  const result = v.safeParse(desiredRoute, contentOf(line))
  // The schema holds every property to plain data; the objects inside are the kernel's own terms.
  return result.success ? (result.output as unknown as DesiredRoute) : undefined
}

function contentOf(line: string): unknown {
  try {
    return fromJson(line)
  } catch {
    return undefined
  }
}
