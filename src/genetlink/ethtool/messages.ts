import { withoutNames } from '../../netlink/codec.js'
import { buildMessage, type NetlinkMessage } from '../../netlink/message.js'
import type { GenericFamily } from '../control.js'
import { featuresLayout, stringSetLayout } from './attributes.js'

// include/uapi/linux/ethtool_netlink.h, include/uapi/linux/ethtool.h
export const ETHTOOL_GENL_NAME = 'ethtool'
export const ETHTOOL_GENL_VERSION = 1
export const ETHTOOL_MSG_STRSET_GET = 1
export const ETHTOOL_MSG_FEATURES_GET = 11
export const ETHTOOL_MSG_FEATURES_SET = 12
export const ETHTOOL_FLAG_COMPACT_BITSETS = 1
export const ETHTOOL_FLAG_OMIT_REPLY = 2
export const ETH_SS_FEATURES = 4

const header = (command: number) => ({ command, version: ETHTOOL_GENL_VERSION })

/** ETHTOOL_MSG_STRSET_GET: the names of all features that the kernel knows, by number. */
export function getFeatureNames({ id }: Pick<GenericFamily, 'id'>): NetlinkMessage {
  return buildMessage({
    layout: stringSetLayout,
    type: id,
    flags: 0,
    subject: 'features: list names',
    header: header(ETHTOOL_MSG_STRSET_GET),
    attributes: { header: {}, sets: [{ id: ETH_SS_FEATURES }] },
    context: withoutNames,
  })
}

/** ETHTOOL_MSG_FEATURES_GET: `ethtool -k NAME`; without a name, for a dump of all devices. */
export function getFeatures({ id }: Pick<GenericFamily, 'id'>, name?: string): NetlinkMessage {
  return buildMessage({
    layout: featuresLayout,
    type: id,
    flags: 0,
    subject: name === undefined ? 'features: list' : `link ${name}: get features`,
    header: header(ETHTOOL_MSG_FEATURES_GET),
    attributes: { header: { ...(name === undefined ? {} : { name }), flags: ETHTOOL_FLAG_COMPACT_BITSETS } },
    context: withoutNames,
  })
}

/** ETHTOOL_MSG_FEATURES_SET: `ethtool -K NAME FEATURE on|off …`, by the kernel's names of the features. */
export function setFeatures(
  { id }: Pick<GenericFamily, 'id'>,
  name: string,
  features: Readonly<Record<string, boolean>>,
): NetlinkMessage {
  const bits = Object.entries(features).map(([feature, value]) => ({ name: feature, value }))
  return buildMessage({
    layout: featuresLayout,
    type: id,
    flags: 0,
    subject: `link ${name}: set features ${Object.keys(features).join(', ')}`,
    header: header(ETHTOOL_MSG_FEATURES_SET),
    attributes: { header: { name, flags: ETHTOOL_FLAG_OMIT_REPLY }, wanted: { bits } },
    context: withoutNames,
  })
}
