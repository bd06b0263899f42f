import { type Configuration, type PortConfiguration, splitConfiguration } from '../../rtnetlink/configureLink.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link } from '../../rtnetlink/link.js'
import { type Operation, propertyChange } from './operation.js'

type LinkOperation = Extract<Operation, { type: 'createLink' | 'updateLink' }>

/** An operation taken apart: what rtnetlink does before and after generic netlink has had its part. */
export interface Parts {
  readonly before?: LinkOperation
  readonly link: { readonly name: string; readonly kind: string | undefined }
  readonly configuration: Configuration
  readonly after?: LinkOperation
  /** What generic netlink sets when all that is done. */
  readonly port?: PortConfiguration & { readonly master: string | undefined }
}

/** Takes an operation apart, if generic netlink has a part in it. A new link is configured before it comes up. */
export function partsOf(operation: Operation): Parts | undefined {
  if (operation.type === 'createLink') return creationParts(operation)
  if (operation.type !== 'updateLink') return undefined
  const { name, kind, changes, bounce, addedAltNames, removedAltNames } = operation
  const { rest, configuration, port } = splitConfiguration(changes, kind)
  if (!configuration && !port) return undefined
  const isMore = Object.keys(rest).length > 0 || bounce || addedAltNames.length + removedAltNames.length > 0
  return {
    link: { name, kind },
    configuration: configuration ?? {},
    ...(isMore ? { after: { ...operation, changes: rest } } : {}),
    ...(port ? { port: { ...port, master: masterOf(changes, operation.master) } } : {}),
  }
}

/** The name of the master that a link has with some properties. */
export function masterOf({ master }: Partial<Link>, before?: string): string | undefined {
  return typeof master === 'string' ? master : before
}

function creationParts(operation: Extract<Operation, { type: 'createLink' }>): Parts | undefined {
  const { name, kind } = operation.link
  const { rest, configuration, port } = splitConfiguration(operation.link, kind)
  if (!configuration && !port) return undefined
  const { features, options } = configuration ?? {}
  const generic = kind === undefined ? undefined : linkKind(kind)?.generic
  const { up, ...link } = rest
  const changes = up === undefined ? undefined : { up }
  const after = changes && propertyChange(name, kind, changes)
  return {
    before: { ...operation, link },
    link: { name, kind },
    configuration: {
      ...(features ? { features } : {}),
      ...(generic && options ? { options: generic.change(options, undefined, false) } : {}),
    },
    ...(after ? { after } : {}),
    ...(port ? { port: { ...port, master: masterOf(operation.link) } } : {}),
  }
}
