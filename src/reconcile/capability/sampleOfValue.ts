import { NetworkError } from '../../error.js'
import { GenericNetlink, NETLINK_GENERIC } from '../../genetlink/genericNetlink.js'
import { Connection } from '../../netlink/connection.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { FfiTransport } from '../../netlink/transports/ffi.js'
import { prepareConfiguration, sendConfiguration } from '../../rtnetlink/configureLink.js'
import { decodeLink } from '../../rtnetlink/decodeLink.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import { getLink, newLink } from '../../rtnetlink/linkMessages.js'
import { wouldLoadModule } from '../../system/linkModules.js'
import { wouldLoadKind } from './capability.js'
import { whereNobodySees } from './sample.js'

/** A value of an option that not every kernel has. */
export interface TriedValue {
  readonly kind: string
  readonly option: string
  readonly value: string
}

/** What the running kernel took, which stays true. */
const known = new Set<string>()

/** Tries a value on a new link where nobody sees it; what that would load a module for is taken for known. */
export async function machineLacksValue(tried: TriedValue, request: RequestOptions): Promise<boolean> {
  const { kind, option, value } = tried
  const key = `${kind}.${option} ${value}`
  const ofKind = linkKind(kind)
  const alias = ofKind?.generic?.tried?.[option]?.(value) ?? ''
  if (!ofKind || known.has(key) || wouldLoadKind(ofKind) || wouldLoadModule(alias)) return false
  const takes = await whereNobodySees(async (namespaceFd) => {
    using connection = new Connection(new FfiTransport({ namespaceFd }))
    using generic = new Connection(new FfiTransport({ namespaceFd, protocol: NETLINK_GENERIC }))
    return await takesValue(tried, connection, new GenericNetlink(generic), request)
  })
  if (takes) known.add(key)
  return takes === false
}

/** Makes a link of the kind, and returns whether the kernel gives it the value. */
export async function takesValue(
  { kind, option, value }: TriedValue,
  connection: Connection,
  generic: GenericNetlink,
  request: RequestOptions,
): Promise<boolean> {
  const link = { name: 'sample', kind }
  await connection.request(newLink(link), request)
  const [made] = await connection.ask(getLink(link), ({ body }) => decodeLink(body), request)
  const configuration = { options: { [option]: value } }
  const build = await prepareConfiguration(link, configuration, generic, request)
  const messages = build({ linkIndex: () => made?.index ?? 0, namespaceFd: () => -1 })
  try {
    await sendConfiguration(link, configuration, messages, generic, request)
  } catch (error) {
    if (error instanceof NetworkError && error.code === 'UNSUPPORTED') return false
    throw error
  }
  return true
}
