import type { LinkRecord } from './model.js'

/** A link by its name or, with none of that name, by an alternative one. */
export function linkCalled(links: ReadonlyMap<string, LinkRecord>, name: string): LinkRecord | undefined {
  return links.get(name) ?? [...links.values()].find(({ link }) => link.altNames?.includes(name))
}
