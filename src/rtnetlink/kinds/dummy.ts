import { attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind, type NoOptions } from './kind.js'

/** A dummy device has no options of its own. */
export type DummyOptions = NoOptions

/** `ip link add NAME type dummy`: a device that drops what it is given, to hold addresses. */
export const dummy: LinkKind<'dummy', DummyOptions> = defineLinkKind({
  kind: 'dummy',
  options: attributeTable<DummyOptions>({}),
  ethernet: true,
  // drivers/net/dummy.c, dummy_setup
  generalDefaults: { arp: false, multicast: false },
})
