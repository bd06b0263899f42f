import test from 'ava'
import { Payload } from '../../src/netlink/bytes.js'
import { buildMessage, headerSize } from '../../src/netlink/message.js'
import { LinkList } from '../../src/network/linkList.js'
import { linkLayout } from '../../src/rtnetlink/linkAttributes.js'

/** What the kernel tells of a link, which may have one below. */
function told(index: number, name: string, link?: number): Payload {
  const { bytes } = buildMessage({
    layout: linkLayout,
    type: 16,
    flags: 0,
    subject: name,
    header: { family: 0, type: 1, index, flags: 0, change: 0 },
    attributes: link === undefined ? { name } : { name, link },
    context: { linkIndex: () => 0, namespaceFd: () => 0 },
  })
  return new Payload(bytes, undefined, headerSize)
}

test('links have the names of those below them, whichever comes first', (t) => {
  const list = new LinkList()
  const links = [told(2, 'eth0'), told(3, 'v1', 2), told(4, 'v2', 5), told(5, 'eth1'), told(6, 'v3', 9)]
  const read = links.map((body) => list.add(body)).map((link) => list.finished(link))
  t.deepEqual(
    read.map(({ name, link }) => [name, link]),
    [
      ['eth0', undefined],
      ['v1', 'eth0'],
      ['v2', 'eth1'],
      ['eth1', undefined],
      ['v3', 9],
    ],
  )
})

test('nothing is left of a dump that began anew', (t) => {
  const list = new LinkList()
  for (const body of [told(2, 'eth0'), told(4, 'v2', 5), told(5, 'eth1')]) list.add(body)
  const read = [told(2, 'old'), told(4, 'v2'), told(5, 'new'), told(6, 'v3', 5), told(7, 'v4', 2)]
    .map((body) => list.add(body))
    .map((link) => list.finished(link))
  t.deepEqual(
    read.map(({ name, link }) => [name, link]),
    [
      ['old', undefined],
      ['v2', undefined],
      ['new', undefined],
      ['v3', 'new'],
      ['v4', 'old'],
    ],
  )
})
