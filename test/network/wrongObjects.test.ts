import test from 'ava'
import { Network } from '../../src/network/network.js'
import { adoptTunTap } from '../../src/tuntap/index.js'
import { failure, openNetwork } from '../helpers/network.js'

/** Arguments as JavaScript may pass them, and what is said of them. */
type Wrong = readonly [call: string, given: string, message: RegExp]

const wrong: readonly Wrong[] = [
  [
    'links.create',
    '[{ "name": "q0", "kind": "bridge", "mtuu": 5 }]',
    /^link q0: unknown property "mtuu"; did you mean mtu\?/,
  ],
  ['links.replace', '[{ "name": "q0", "kind": "bridge", "mtuu": 5 }]', /^link q0: unknown property "mtuu"/],
  ['links.update', '["lo", { "upp": true }]', /^link: unknown property "upp"; did you mean up\?/],
  [
    'links.create',
    '[{ "name": "q0", "kind": "bridge", "bridge": { "stpp": true } }]',
    /^link q0: .*: bridge: unknown property "stpp"; did you mean stp\?/,
  ],
  [
    'links.create',
    '[{ "name": "q0", "kind": "bridge", "bridge": { "vlanFiltering": 1 } }]',
    /^link q0: .*: bridge\.vlanFiltering: 1 is neither true nor false/,
  ],
  [
    'links.create',
    '[{ "name": "q0", "kind": "vxlan", "vxlan": { "id": -1 } }]',
    /^link q0: create: vxlan\.id: -1 is not an integer/,
  ],
  ['links.create', '[{ "name": "q0", "kind": "bridge", "brigde": {} }]', /^link q0: unknown property "brigde"/],
  ['links.create', '[null]', /^link: null is no object/],
  ['links.create', '[{ "name": "q0", "kind": "bridge" }, null]', /null is no object of options/],
  ['links.list', '[null]', /null is no object of options/],
  ['links.get', '[null]', /^null is no link/],
  ['links.delete', '[true]', /^true is no link/],
  ['links.move', '["lo", null]', /^null is no namespace/],
  [
    'addresses.add',
    '[{ "dev": "lo", "address": "10.0.0.1/32", "scop": "link" }]',
    /^address: unknown property "scop"; did you mean scope\?/,
  ],
  ['addresses.add', '[{ "address": "10.0.0.1/32" }]', /^address: dev is missing/],
  ['addresses.delete', '[{ "dev": "lo" }]', /^address: address is missing/],
  [
    'addresses.update',
    '[{ "dev": "lo", "address": "127.0.0.1/8" }, { "metrik": 5 }]',
    /^address: unknown property "metrik"; did you mean metric\?/,
  ],
  ['addresses.list', '[{ "family": "ipv4" }]', /^addresses\.list: filter: family must be inet or inet6/],
  ['routes.add', '[{ "to": "10.9.0.0/16", "dev": "lo", "metrik": 5 }]', /^route: unknown property "metrik"/],
  ['routes.add', '[{ "dev": "lo" }]', /^route: to is missing/],
  [
    'routes.add',
    '[{ "to": "10.9.0.0/16", "dev": "lo", "mtu": 70000000000 }]',
    /^route 10\.9\.0\.0\/16: create: .*mtu: 70000000000 is not an integer/,
  ],
  [
    'routes.update',
    '[{ "to": "10.9.0.0/16" }, { "devv": "lo" }]',
    /^route: unknown property "devv"; did you mean dev\?/,
  ],
  ['routes.list', '[{ "family": "ipv6" }]', /^routes\.list: filter: family must be inet or inet6/],
  ['rules.add', '[{ "priority": 5, "tabel": 7 }]', /^rule: unknown property "tabel"; did you mean table\?/],
  ['rules.replace', '[{ "priority": 5 }, { "tabel": 7 }]', /^rule: unknown property "tabel"/],
  [
    'neighbors.add',
    '[{ "dev": "lo", "address": "10.0.0.5", "macc": "02:00:00:00:00:01" }]',
    /^neighbor: unknown property "macc"; did you mean mac\?/,
  ],
  [
    'neighbors.update',
    '[{ "dev": "lo", "address": "10.0.0.5" }, { "macc": "02:00:00:00:00:01" }]',
    /^neighbor: unknown property "macc"/,
  ],
  [
    'nexthops.add',
    '[{ "id": 1, "blackhole": true, "protocl": 5 }]',
    /^nexthop: unknown property "protocl"; did you mean protocol\?/,
  ],
  ['nexthops.delete', '[{}]', /^nexthop: id is missing/],
  [
    'fdb.add',
    '[{ "dev": "lo", "mac": "02:00:00:00:00:01", "vlann": 5 }]',
    /^fdb entry: unknown property "vlann"; did you mean vlan\?/,
  ],
  ['fdb.list', '[{ "mastr": "lo" }]', /^fdb\.list: filter: unknown option "mastr"; there are master, dev/],
  ['fdb.list', '[null]', /null is no object of options/],
  [
    'mdb.add',
    '[{ "dev": "lo", "port": "lo", "group": "239.0.0.1", "vidd": 5 }]',
    /^mdb entry: unknown property "vidd"/,
  ],
  ['vlans.add', '[{ "dev": "lo", "id": 5, "pvidd": true }]', /^vlan: unknown property "pvidd"; did you mean pvid\?/],
  [
    'vnis.add',
    '[{ "dev": "lo", "id": 5, "grup": "239.0.0.1" }]',
    /^vni: unknown property "grup"; did you mean group\?/,
  ],
  [
    'qdiscs.add',
    '[{ "dev": "lo", "kind": "tbf", "rate": 1000000, "burst": 5000, "limitt": 5 }]',
    /^qdisc dev lo root: create tbf: .*unknown property "limitt"/,
  ],
  [
    'trafficClasses.add',
    '[{ "dev": "lo", "id": "1:1", "rate": 5, "sealing": 5 }]',
    /^class: unknown property "sealing"/,
  ],
  ['trafficClasses.list', '[null]', /null is no object of options/],
]

/** Calls a method by its name, as JavaScript may. */
async function call(network: Network, name: string, given: string): Promise<{ code: string; message: string }> {
  const [of = '', method = ''] = name.split('.')
  const object: object = Reflect.get(network, of)
  const { code, message } = failure(await Reflect.get(object, method).apply(object, JSON.parse(given)))
  return { code, message }
}

test('objects, filters and options that mean nothing are refused, and nothing is changed', async (t) => {
  const { network, picture } = openNetwork(t)
  const before = picture()
  for (const [name, given, message] of wrong) {
    const error = await call(network, name, given)
    t.is(error.code, 'INVALID_ARGUMENT', `${name} ${given}`)
    t.regex(error.message, message, `${name} ${given}`)
  }
  t.deepEqual(picture(), before)
})

test('what is listed can be given back, with all that is only told of it', async (t) => {
  const { network } = openNetwork(t)
  const { links, addresses, routes, rules, neighbors } = network
  const link = (await links.create({ name: 'q0', kind: 'bridge', up: true })).unwrap()
  t.true((await links.replace(link)).ok)
  t.true((await addresses.add({ dev: 'q0', address: '10.9.0.1/24' })).ok)
  t.true((await neighbors.add({ dev: 'q0', address: '10.9.0.2', mac: '02:00:00:00:00:01' })).ok)
  for (const one of (await addresses.list({ dev: 'q0', family: 'inet' })).unwrap())
    t.true((await addresses.replace(one)).ok)
  for (const one of (await neighbors.list({ dev: 'q0' })).unwrap()) t.true((await neighbors.replace(one)).ok)
  for (const one of (await routes.list({ table: 254, family: 'inet', dev: 'q0' })).unwrap())
    t.true((await routes.replace(one)).ok)
  for (const one of (await rules.list({ family: 'inet' })).unwrap()) {
    const again = await rules.create(one)
    t.is(again.err ? again.val.code : '', 'EEXIST')
  }
})

test('no network is opened and no descriptor adopted with what means nothing', (t) => {
  t.regex(failure(Network.open(JSON.parse('null'))).message, /null is no object of options/)
  t.regex(failure(Network.open(JSON.parse('{ "namespace": 5 }'))).message, /^5 is no namespace/)
  t.regex(failure(adoptTunTap(0, JSON.parse('{ "maxPackt": 5 }'))).message, /^descriptor 0: unknown option "maxPackt"/)
  t.regex(
    failure(adoptTunTap(0, JSON.parse('{ "maxPacket": 5 }'))).message,
    /^descriptor 0: maxPacket must be an integer/,
  )
  t.regex(failure(adoptTunTap(JSON.parse('"3"'))).message, /^descriptor 3: it is no number/)
})
