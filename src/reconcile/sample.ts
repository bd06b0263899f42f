import { closeSync } from 'node:fs'
import { NetworkError } from '../error.js'
import { Connection } from '../netlink/connection.js'
import type { RequestOptions } from '../netlink/exchange.js'
import { FfiTransport } from '../netlink/transports/ffi.js'
import { decodeLink } from '../rtnetlink/decodeLink.js'
import type { Link, ListedLink } from '../rtnetlink/link.js'
import { getLink, newLink } from '../rtnetlink/linkMessages.js'
import { sectionOf } from '../state/link.js'
import { wouldLoadLinkModule } from '../system/linkModules.js'
import { createAnonymousNamespace } from '../system/namespace.js'

/** Kinds whose links can be ports of any other, and need nothing else. */
const portKinds = ['veth', 'dummy', 'ifb']

const samples = new Map<string, object>()

/**
 * What the machine's kernel tells of a new link in a section such as `bridge` or `bridgePort`, which stays true: one is
 * made in a namespace without a name, which ends with it. Nothing where that may not be, or would load a module.
 */
export async function sampleOfMachine(section: string, request: RequestOptions): Promise<object> {
  const known = samples.get(section)
  if (known) return known
  try {
    const told = await takeSample(section, request)
    if (told) samples.set(section, told)
    return told ?? {}
  } catch (error) {
    // Neither the right to make namespaces nor a kind of link has to be there.
    if (error instanceof NetworkError && error.errno !== undefined) return {}
    throw error
  }
}

async function takeSample(section: string, request: RequestOptions): Promise<object | undefined> {
  const kind = section.replace(/Port$/, '')
  const portKind = kind === section ? undefined : portKinds.find(isThere)
  if (!isThere(kind) || (kind !== section && portKind === undefined)) return undefined
  const namespaceFd = createAnonymousNamespace()
  try {
    using connection = new Connection(new FfiTransport({ namespaceFd }))
    const make = async (link: Link & { name: string }): Promise<ListedLink | undefined> => {
      await connection.request(newLink(link), request)
      const [made] = await connection.ask(getLink({ name: link.name }), ({ body }) => decodeLink(body), request)
      return made
    }
    const first = await make({ name: 'sample', kind })
    if (!first || portKind === undefined) return first && sectionOf(first, section)
    const port = await make({ name: 'port', kind: portKind, master: first.index })
    return port && sectionOf(port, section)
  } finally {
    closeSync(namespaceFd)
  }
}

/** Whether a kind is there, as far as can be known without loading its module. */
function isThere(kind: string): boolean {
  return !wouldLoadLinkModule(kind)
}
