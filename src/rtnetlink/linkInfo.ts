import { NLA_F_NESTED, walkAttributes } from '../netlink/attribute.js'
import { writeAttribute } from '../netlink/attributeWriter.js'
import type { Payload, Writer } from '../netlink/bytes.js'
import { type Codec, type DecodeContext, type EncodeContext, withoutNames } from '../netlink/codec.js'
import { invalidUnder } from '../netlink/invalidValue.js'
import { text } from '../netlink/scalars.js'
import type { AnyAttributeTable } from '../netlink/table.js'
import type { AnyLinkKind } from './kinds/kind.js'
import { linkKind, linkKindOfKernel } from './kinds/registry.js'

/** IFLA_LINKINFO: the kind of a link with its options, and its options as a port of its master. */
export interface LinkInfo {
  /** The kind by the SDK's name, or by the kernel's where the registry does not know it. */
  readonly kind?: string
  readonly options?: object
  /** One attribute of the kind's as bytes, instead of {@link options}, to see whether the kernel knows it. */
  readonly probed?: { readonly type: number; readonly bytes: Uint8Array }
  readonly status?: object
  /** The kind of the master. */
  readonly masterKind?: string
  readonly portOptions?: object
  readonly portStatus?: object
}

// enum of IFLA_INFO_*: include/uapi/linux/if_link.h
const IFLA_INFO_KIND = 1
const IFLA_INFO_DATA = 2
const IFLA_INFO_SLAVE_KIND = 4
const IFLA_INFO_SLAVE_DATA = 5

const kindName = text(32)

interface Parts {
  kind?: string
  data?: Payload
  masterKind?: string
  portData?: Payload
}

function partsOf(payload: Payload): Parts {
  const parts: Parts = {}
  walkAttributes(payload, (type, start, end) => {
    const range = payload.slice(start, end)
    if (type === IFLA_INFO_KIND) parts.kind = kindName.decode(range, withoutNames)
    if (type === IFLA_INFO_DATA) parts.data = range
    if (type === IFLA_INFO_SLAVE_KIND) parts.masterKind = kindName.decode(range, withoutNames)
    if (type === IFLA_INFO_SLAVE_DATA) parts.portData = range
  })
  return parts
}

/** Status and options come in one range of attributes; what the one table knows is nothing unknown of the other. */
function decodeBoth(
  options: AnyAttributeTable,
  status: AnyAttributeTable | undefined,
  data: Payload,
  context: DecodeContext,
): { options: object; status?: object } {
  if (!status) return { options: options.decode(data, context) }
  return { options: options.decode(data, context, status), status: status.decode(data, withoutNames) }
}

interface Own {
  readonly known?: AnyLinkKind | undefined
  readonly read?: { readonly options: object; readonly status?: object } | undefined
}

/** Kinds that share a name of the kernel's share their tables, too, so that they are read once. */
function readOwn(kernelKind: string, data: Payload | undefined, context: DecodeContext): Own {
  let read: Own['read']
  const decode = ({ options, status }: AnyLinkKind): Own['read'] => data && decodeBoth(options, status, data, context)
  const known = linkKindOfKernel(kernelKind, (kind) => {
    read ??= decode(kind)
    return { ...read?.options, ...read?.status }
  })
  return { known, read: read ?? (known && decode(known)) }
}

interface Section {
  /** Under which a link has it. */
  readonly name: string
  readonly type: number
  readonly table: AnyAttributeTable
  readonly values: object
}

function encodeData(writer: Writer, { name, type, table, values }: Section, context: EncodeContext): void {
  const start = writer.length
  try {
    writeAttribute(writer, type | NLA_F_NESTED, () => table.encode(values, writer, context))
  } catch (error) {
    throw invalidUnder(name, error)
  }
  // An empty IFLA_INFO_DATA is not the same as none: it makes the kernel look for a change.
  if (writer.length === start + 4) writer.length = start
}

/** The codec of IFLA_LINKINFO, which asks the registry for the tables of its parts. */
export const linkInfo: Codec<LinkInfo> = {
  domain: { type: 'bytes' },
  nested: true,
  encode(value, writer, context) {
    const { kind, options, probed, masterKind, portOptions } = value
    if (kind !== undefined) {
      const known = linkKind(kind)
      writeAttribute(writer, IFLA_INFO_KIND, () => kindName.encode(known?.kernelKind ?? kind, writer, context))
      if (options && known) {
        encodeData(writer, { name: kind, type: IFLA_INFO_DATA, table: known.options, values: options }, context)
      }
      if (probed) {
        const body = () => writeAttribute(writer, probed.type, () => writer.append(probed.bytes))
        writeAttribute(writer, IFLA_INFO_DATA | NLA_F_NESTED, body)
      }
    }
    if (masterKind !== undefined) {
      const known = linkKind(masterKind)
      writeAttribute(writer, IFLA_INFO_SLAVE_KIND, () => kindName.encode(masterKind, writer, context))
      if (portOptions && known?.port) {
        const name = `${masterKind}Port`
        encodeData(writer, { name, type: IFLA_INFO_SLAVE_DATA, table: known.port, values: portOptions }, context)
      }
    }
  },
  decode(payload, context) {
    const { kind, data, masterKind, portData } = partsOf(payload)
    const { known, read } = kind === undefined ? {} : readOwn(kind, data, context)
    const master = masterKind === undefined ? undefined : linkKind(masterKind)
    const portStatus = context.settingsOnly ? undefined : master?.portStatus
    const port = master?.port && portData ? decodeBoth(master.port, portStatus, portData, context) : undefined
    return {
      ...(kind === undefined ? {} : { kind: known?.kind ?? kind }),
      ...read,
      ...(masterKind === undefined ? {} : { masterKind }),
      ...(port ? { portOptions: port.options } : {}),
      ...(port?.status ? { portStatus: port.status } : {}),
    }
  },
  locate(payload, offset) {
    const { kind, data, masterKind, portData } = partsOf(payload)
    if (data && offset >= data.start - 4 && offset < Math.max(data.end, data.start)) {
      const { known } = kind === undefined ? {} : readOwn(kind, data, withoutNames)
      return [known?.kind ?? 'data', ...(known?.options.locate(data, offset) ?? [])]
    }
    if (portData && offset >= portData.start - 4 && offset < Math.max(portData.end, portData.start)) {
      const master = masterKind === undefined ? undefined : linkKind(masterKind)
      return [`${masterKind}Port`, ...(master?.port?.locate(portData, offset) ?? [])]
    }
    return ['kind']
  },
}
