import test from 'ava'
import {
  type DecodeContext,
  decodeAddress,
  decodeLink,
  decodeNeighbor,
  decodeNexthop,
  decodeRoute,
  messagesOf,
  type NetlinkMessage,
  newAddress,
  newLink,
  newNeighbor,
  newNexthop,
  newRoute,
  type Payload,
} from '../../src/rtnetlink/index.js'

/** A context that needs to be called as a method. */
class Names implements DecodeContext {
  readonly #names = new Map([[7, 'br0']])

  linkName(index: number): string | number {
    return this.#names.get(index) ?? index
  }
}

function bodyOf({ bytes }: NetlinkMessage): Payload {
  const [message] = messagesOf(bytes)
  if (!message) throw new Error('no message')
  return message.body
}

test('a context may be an object of a class, whose names come out of every decoder', (t) => {
  const names = new Names()
  t.is(decodeRoute(bodyOf(newRoute({ to: '10.9.0.0/16', dev: 7 })), names)?.dev, 'br0')
  const ways = newRoute({ to: '10.9.0.0/16', nexthops: [{ via: '10.0.0.1', dev: 7 }] })
  t.is(decodeRoute(bodyOf(ways), names)?.nexthops?.[0]?.dev, 'br0')
  t.is(decodeAddress(bodyOf(newAddress({ address: '10.0.0.1/24', dev: 7 })), names)?.dev, 'br0')
  t.is(decodeNexthop(bodyOf(newNexthop({ id: 1, dev: 7 })), names)?.dev, 'br0')
  const neighbor = newNeighbor({ address: '10.0.0.9', dev: 7, mac: '02:00:00:00:00:09', state: 'permanent' })
  t.is(decodeNeighbor(bodyOf(neighbor), names)?.dev, 'br0')
  t.is(decodeLink(bodyOf(newLink({ name: 'v0', kind: 'bridge', master: 7 })), names).master, 'br0')
})
