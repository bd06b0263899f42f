import type { LinkRecord } from '../../state/model.js'

/** Whether a link is a port of one of some masters. */
export function wasPortOf({ link }: Pick<LinkRecord, 'link'>, masters: ReadonlySet<string>): boolean {
  return typeof link.master === 'string' && masters.has(link.master)
}
