import type { Connection } from '../../netlink/connection.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { decodeLink } from '../../rtnetlink/decodeLink.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link, ListedLink } from '../../rtnetlink/link.js'
import { getLink, newLink } from '../../rtnetlink/linkMessages.js'
import { sectionOf } from '../../state/link.js'
import { wouldLoadLinkModule } from '../../system/linkModules.js'

/** Kinds whose links can be ports of any other, and need nothing else. */
const portKinds = ['veth', 'dummy', 'ifb']

/** Makes a link, or a port of one, and returns what the kernel tells of it in a section; nothing if that would load a module. */
export async function sampleOfLink(
  connection: Connection,
  request: RequestOptions,
  section: string,
): Promise<object | undefined> {
  const kind = section.replace(/Port$/, '')
  const portKind = kind === section ? undefined : portKinds.find(isThere)
  if (!isThere(kind) || (kind !== section && portKind === undefined)) return undefined
  const make = async (link: Link & { name: string }): Promise<ListedLink | undefined> => {
    await connection.request(newLink(link), request)
    const [made] = await connection.ask(getLink({ name: link.name }), ({ body }) => decodeLink(body), request)
    return made
  }
  const options = portKind === undefined ? undefined : linkKind(kind)?.tellsPortsWith
  const first = await make({ name: 'sample', kind, ...(options && { [kind]: options }) })
  if (!first || portKind === undefined) return first && sectionOf(first, section)
  const port = await make({ name: 'port', kind: portKind, master: first.index })
  return port && sectionOf(port, section)
}

/** Whether a kind is there, as far as can be known without loading its module. */
function isThere(kind: string): boolean {
  return !wouldLoadLinkModule(kind)
}
