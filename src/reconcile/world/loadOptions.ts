import type { LoadOptions } from '../../spec/loadRoutes.js'
import { observeLinks } from '../observe/observe.js'
import type { PlanOptions } from '../options/options.js'
import { World } from './world.js'

/** How the routes of a spec are taken in: indices of links are those of the namespace that the routes are for. */
export function loadOptionsOf(options: PlanOptions): LoadOptions {
  const { specDirectory: directory, signal, timeout } = options
  return { directory, signal, timeout, linkNames: (namespace) => linkNamesOf(namespace, options) }
}

async function linkNamesOf(namespace: string, options: PlanOptions): Promise<(index: number) => string | undefined> {
  using world = new World(options)
  world.open(namespace === '' ? {} : { namespaces: { [namespace]: {} } })
  const place = world.places.get(namespace)
  const links = place ? await observeLinks(place, options) : []
  const names = new Map(links.map(({ index, name }) => [index, name]))
  return (index) => names.get(index)
}
