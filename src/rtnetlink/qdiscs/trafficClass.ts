import { Payload } from '../../netlink/bytes.js'
import { type DecodeContext, type EncodeContext, withoutNames } from '../../netlink/codec.js'
import { buildMessage, decodeMessage, type NetlinkMessage, NLM_F_CREATE, NLM_F_EXCL } from '../../netlink/message.js'
import { RTM_DELTCLASS, RTM_GETTCLASS, RTM_NEWTCLASS } from '../constants.js'
import { rawTrafficLayout, trafficLayout } from './attributes.js'
import { formatHandle, majorOf } from './handle.js'
import { type HtbClassOptions, htbClassOptions } from './htbClass.js'
import { headerOf, optionsOfPlaced } from './qdisc.js'

/** A class of an HTB: `tc class`, man tc(8). */
export interface TrafficClass extends HtbClassOptions {
  /** The link, by name or index. */
  readonly dev: string | number
  /** Its name within the link, such as `1:10`; the part before the colon is the qdisc's. */
  readonly id: string
  /** The class that it is part of. Default: the qdisc itself. */
  readonly parent?: string
}

/** A class as the kernel lists it. */
export interface ListedTrafficClass extends TrafficClass {
  /** The index of the link. */
  readonly index: number
  /** The qdisc that is its leaf; left out for one that the kernel made. */
  readonly leaf?: string
}

/** RTM_NEWTCLASS that creates: `tc class add`. */
export function newTrafficClass(one: TrafficClass, context?: EncodeContext): NetlinkMessage {
  return classMessage(NLM_F_CREATE | NLM_F_EXCL, 'create', one, context)
}

/** RTM_NEWTCLASS that creates or changes: `tc class replace`. */
export function replaceTrafficClass(one: TrafficClass, context?: EncodeContext): NetlinkMessage {
  return classMessage(NLM_F_CREATE, 'replace', one, context)
}

/** RTM_DELTCLASS, with its leaf; one that others or filters are part of is the error `EBUSY`: `tc class delete`. */
export function deleteTrafficClass(
  { dev, id }: Pick<TrafficClass, 'dev' | 'id'>,
  context: EncodeContext = withoutNames,
): NetlinkMessage {
  return buildMessage({
    layout: rawTrafficLayout,
    type: RTM_DELTCLASS,
    flags: 0,
    subject: `class ${id} dev ${dev}: delete`,
    header: headerOf(dev, id, '0:', context),
    context,
  })
}

/** RTM_GETTCLASS of one link, since the kernel lists no others: `tc class show dev NAME`. */
export function dumpTrafficClasses(dev: string | number, context: EncodeContext = withoutNames): NetlinkMessage {
  return buildMessage({
    layout: rawTrafficLayout,
    type: RTM_GETTCLASS,
    flags: 0,
    subject: `classes dev ${dev}: list`,
    header: headerOf(dev, '0:', '0:', context),
    context,
  })
}

const layout = trafficLayout(htbClassOptions)

function classMessage(
  flags: number,
  verb: string,
  one: TrafficClass,
  context: EncodeContext = withoutNames,
): NetlinkMessage {
  const { dev, id, parent = majorOf(id) } = one
  const options = { rate: one.rate, ...optionsOfPlaced(one) }
  return buildMessage({
    layout,
    type: RTM_NEWTCLASS,
    flags,
    subject: `class ${id} dev ${dev}: ${verb}`,
    header: headerOf(dev, id, parent, context),
    attributes: { kind: 'htb', options },
    context,
  })
}

/** Reads the body of an RTM_NEWTCLASS or RTM_DELTCLASS; `undefined` for what is no class of an HTB. */
export function decodeTrafficClass(
  body: Payload,
  context: DecodeContext = withoutNames,
): ListedTrafficClass | undefined {
  const { header, attributes } = decodeMessage(rawTrafficLayout, body, context)
  if (attributes.kind !== 'htb' || !attributes.options) return undefined
  const options = htbClassOptions.decode(new Payload(attributes.options), context)
  return {
    dev: context.linkName(header.index),
    id: header.handle,
    // A class right below the qdisc says root.
    ...(header.parent === 'root' ? {} : { parent: header.parent }),
    ...options,
    index: header.index,
    ...(header.info === 0 ? {} : { leaf: formatHandle(header.info) }),
  }
}
