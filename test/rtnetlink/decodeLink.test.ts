import test from 'ava'
import { Payload } from '../../src/netlink/bytes.js'
import { withoutNames } from '../../src/netlink/codec.js'
import { buildMessage, headerSize } from '../../src/netlink/message.js'
import { RTM_NEWLINK } from '../../src/rtnetlink/constants.js'
import { decodeLink } from '../../src/rtnetlink/decodeLink.js'
import type { ListedLink } from '../../src/rtnetlink/link.js'
import { linkLayout } from '../../src/rtnetlink/linkAttributes.js'

/** A link that the kernel tells to have a master of a kind. */
function portOf(masterKind: string): ListedLink {
  const { bytes } = buildMessage({
    layout: linkLayout,
    type: RTM_NEWLINK,
    flags: 0,
    subject: 'a port',
    header: { family: 0, type: 1, index: 7, flags: 0, change: 0 },
    attributes: { name: 'v0', master: 9, linkInfo: { masterKind } },
    context: withoutNames,
  })
  return decodeLink(new Payload(bytes.slice(headerSize)))
}

test('a master is told where links can be put into it, and no longer where it took them itself', (t) => {
  t.is(portOf('bridge').master, 9)
  t.is(portOf('of another program').master, 9)
  const { master, masterKind } = portOf('hsr')
  t.deepEqual([master, masterKind], [undefined, 'hsr'])
})
