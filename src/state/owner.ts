import type { Link } from '../rtnetlink/link.js'
import { defaultRouteProtocol } from '../rtnetlink/route.js'
import type { NetworkState } from './model.js'

/** Who makes what a plan creates. The kernel keeps the marks, so that they last as long as the objects. */
export interface Owner {
  /** Part of the alternative name that marks a link. */
  readonly name: string
  /** RTPROT_* number that marks routes, rules, neighbors and (since Linux 5.18) addresses. */
  readonly protocol: number
}

/** The owner of whatever is created without another one being named. */
export const defaultOwner: Owner = { name: 'default', protocol: defaultRouteProtocol }

/** The name of the nf_tables of an owner. */
export function tableOf({ name }: Owner): string {
  return name === defaultOwner.name ? 'linkwright' : `linkwright.${name}`
}

/** Alternative names that mark a link as made by an owner of the SDK; users neither list nor lose them. */
export const markPrefix = 'linkwright.'

/** The alternative names of a link that are marks. */
export function marksOf({ altNames = [] }: Pick<Link, 'altNames'>): readonly string[] {
  return altNames.filter((name) => name.startsWith(markPrefix))
}

/** Whether a link was made by an owner. */
export function isMarked(link: Pick<Link, 'altNames'>, owner: Owner): boolean {
  return marksOf(link).some((mark) => mark.startsWith(ownPrefix(owner)))
}

/** The mark of a new link. A link that was renamed may have kept the plain one, since names are unique. */
export function newMark(owner: Owner, link: string, { links }: NetworkState): string {
  const plain = `${ownPrefix(owner)}${link}`
  const taken = takenMarks(links)
  if (!taken.has(plain) || taken.get(plain) === link) return plain
  for (let count = 2; ; count++) if (!taken.has(`${plain}.${count}`)) return `${plain}.${count}`
}

function ownPrefix({ name }: Owner): string {
  return `${markPrefix}${name}.`
}

const takenByLinks = new WeakMap<NetworkState['links'], Map<string, string>>()

function takenMarks(links: NetworkState['links']): Map<string, string> {
  let taken = takenByLinks.get(links)
  if (!taken) {
    taken = new Map()
    for (const { link } of links.values()) for (const mark of marksOf(link)) taken.set(mark, link.name)
    takenByLinks.set(links, taken)
  }
  return taken
}
