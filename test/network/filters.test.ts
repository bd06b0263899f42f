import test from 'ava'
import { Network } from '../../src/index.js'
import { failure, openNetwork } from '../helpers/network.js'

/** What JavaScript may pass. */
const any = (text: string) => JSON.parse(text)

const filters: readonly (readonly [list: string, filter: string, message: RegExp])[] = [
  ['routes', '{ "family": "ipv6" }', /^routes.list: filter: family must be inet or inet6$/],
  ['routes', '{ "type": "blackhol" }', /type must be unicast, local, /],
  ['routes', '{ "table": "main" }', /table must be an integer/],
  ['routes', '{ "protocol": 256 }', /protocol must be an integer from 0 to 255/],
  ['routes', '{ "dev": true }', /dev must be the name or the index of a link/],
  ['routes', '{ "tabel": 254 }', /unknown option "tabel"; there are family, table/],
  ['rules', '{ "family": 4 }', /family must be/],
  ['addresses', '{ "family": "IPv6" }', /family must be/],
  ['neighbors', '{ "family": null }', /family must be/],
  ['neighbors', '{ "proxy": "no" }', /proxy must be true or false/],
  ['links', '{ "kind": 5 }', /kind must be a text/],
  ['links', '{ "master": null }', /master must be the name/],
  ['nexthops', '{ "groups": 1 }', /groups must be true or false/],
  ['fdb', '{ "dev": 0 }', /dev must be the name/],
  ['fdb', '{ "port": "lo" }', /unknown option "port"; there are master, dev/],
  ['mdb', '{ "dev": [] }', /dev must be the name/],
  ['vlans', '{ "dev": {} }', /dev must be the name/],
  ['vnis', '{ "dev": -1 }', /dev must be the name/],
  ['qdiscs', '{ "dev": 1.5 }', /dev must be the name/],
  ['trafficClasses', '{}', /dev is missing/],
]

for (const [name, filter, message] of filters) {
  test(`${name}.list refuses the filter ${filter}`, async (t) => {
    const { network } = openNetwork(t)
    const error = failure(await callsOf(network, name).list(any(filter)))
    t.is(error.code, 'INVALID_ARGUMENT')
    t.regex(error.message, message)
  })
}

test('null for a filter or for options is an error of the result, of every list call', async (t) => {
  const { network } = openNetwork(t)
  for (const name of new Set(filters.map(([list]) => list))) {
    t.is(failure(await callsOf(network, name).list(any('null'))).code, 'INVALID_ARGUMENT', name)
    t.is(failure(await callsOf(network, name).list({ dev: 'lo' }, any('null'))).code, 'INVALID_ARGUMENT', name)
  }
  t.is(failure(Network.open(any('null'))).code, 'INVALID_ARGUMENT')
})

/** A group of calls as plain JavaScript sees it. */
function callsOf(network: Network, name: string) {
  return Reflect.get(network, name)
}
