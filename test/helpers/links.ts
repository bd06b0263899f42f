import type { ExecutionContext } from 'ava'
import type { DecodeContext, EncodeContext } from '../../src/netlink/codec.js'
import { Connection } from '../../src/netlink/connection.js'
import type { NetlinkMessage } from '../../src/netlink/message.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import { createLinkMessages } from '../../src/rtnetlink/createLink.js'
import { decodeLink, decodeLinkName } from '../../src/rtnetlink/decodeLink.js'
import type { Link, ListedLink } from '../../src/rtnetlink/link.js'
import { deleteLink, dumpLinks, setLink } from '../../src/rtnetlink/linkMessages.js'
import { type TestNamespace, testNamespace } from './namespace.js'

/** A throw-away namespace in which links are made, changed and read. */
export interface LinkNetwork extends TestNamespace {
  create(link: Link): Promise<void>
  set(name: string, changes: Partial<Link>): Promise<void>
  remove(name: string): Promise<void>
  list(): Promise<readonly ListedLink[]>
  read(name: string): Promise<ListedLink>
  /** What `ip -j -d link show NAME` says. */
  show(name: string): Record<string, unknown>
}

/** Makes the namespace, with two veth pairs: v0 and v1, v2 and v3. */
export function linkNetwork(t: ExecutionContext): LinkNetwork {
  const namespace = testNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1 && ip link add v2 type veth peer name v3')
  const connection = new Connection(new FfiTransport({ namespaceFd: namespace.fd }))
  t.teardown(() => connection.close())
  const names = new Map<string, number>()
  const context: EncodeContext & DecodeContext = {
    linkIndex(name) {
      const index = names.get(name)
      if (index === undefined) throw new Error(`there is no link ${name}`)
      return index
    },
    linkName: (index) => [...names].find(([, other]) => other === index)?.[0] ?? index,
    namespaceFd: () => -1,
  }
  const list = async (): Promise<readonly ListedLink[]> => {
    const { items } = await connection.dump(dumpLinks(), ({ body }) => decodeLinkName(body))
    names.clear()
    for (const { name, index } of items) names.set(name, index)
    return (await connection.dump(dumpLinks(), ({ body }) => decodeLink(body, context))).items
  }
  const send = async (messages: () => readonly NetlinkMessage[]): Promise<void> => {
    await list()
    for (const message of messages()) await connection.request(message)
  }
  return {
    ...namespace,
    list,
    create: (link) => send(() => createLinkMessages(link, context)),
    set: (name, changes) => send(() => [setLink({ name }, changes, context)]),
    remove: (name) => send(() => [deleteLink({ name })]),
    async read(name) {
      const link = (await list()).find((one) => one.name === name)
      if (!link) throw new Error(`there is no link ${name}`)
      return link
    },
    show(name) {
      const [shown] = namespace.ip('link', 'show', 'dev', name)
      if (!shown) throw new Error(`ip does not see ${name}`)
      return shown
    },
  }
}
