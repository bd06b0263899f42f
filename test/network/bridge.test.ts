import test from 'ava'
import { hasVlanFiltering, testWithVlans } from '../helpers/bridge.js'
import { failure, type OpenNetwork, ok, openNetwork } from '../helpers/network.js'
import { skipped } from '../helpers/skipped.js'

const zero = '00:00:00:00:00:00'
const mac = '02:00:00:00:00:07'

/** What `bridge -j ARGUMENTS` shows. */
function bridge({ sh }: OpenNetwork, command: string): Record<string, unknown>[] {
  return JSON.parse(sh(`bridge -j -d ${command}`) || '[]')
}

test('entries of the forwarding database of a bridge are added, listed, moved and deleted', async (t) => {
  const network = openNetwork(t)
  const { fdb } = network.network
  network.sh(
    'ip link add br0 type bridge && ip link set br0 up && ip link set v0 master br0 && ip link set v1 master br0',
  )
  const shown = () => bridge(network, 'fdb show br br0').filter((entry) => entry['mac'] === mac)
  ok(await fdb.create({ dev: 'v0', mac, sticky: true }))
  t.is(failure(await fdb.add({ dev: 'v0', mac })).code, 'EEXIST')
  t.like(shown()[0], { ifname: 'v0', state: 'static', master: 'br0', flags: ['sticky'] })
  ok(await fdb.replace({ dev: 'v1', mac, state: 'permanent' }))
  t.like(shown()[0], { ifname: 'v1', state: 'permanent', master: 'br0' })
  const listed = ok(await fdb.list({ master: 'br0', dev: 'v1' })).filter((entry) => entry.mac === mac)
  t.is(listed.length, shown().length)
  t.like(listed[0], { dev: 'v1', mac, self: false, state: 'permanent', master: 'br0' })
  for (const entry of listed) ok(await fdb.delete(entry))
  t.deepEqual(shown(), [])
  for (const entry of listed) ok(await fdb.replace(entry))
  t.is(shown().length, listed.length)
})

test('the remote ends of a VXLAN are entries', async (t) => {
  const network = openNetwork(t)
  const { fdb } = network.network
  network.sh('ip link add vx0 type vxlan id 7 dstport 4789')
  ok(await fdb.append({ dev: 'vx0', mac: zero, dst: '192.0.2.1' }))
  ok(await fdb.append({ dev: 'vx0', mac: zero, dst: '192.0.2.2', vni: 9, port: 1234, via: 'v0' }))
  ok(await fdb.add({ dev: 'vx0', mac, dst: '192.0.2.9' }))
  const listed = ok(await fdb.list({ dev: 'vx0' }))
  t.deepEqual(
    listed
      .map(({ mac, dst, vni, port, via, self }) => ({ mac, dst, vni, port, via, self }))
      .sort((a, b) => (`${a.dst}` < `${b.dst}` ? -1 : 1)),
    [
      { mac: zero, dst: '192.0.2.1', vni: undefined, port: undefined, via: undefined, self: true },
      { mac: zero, dst: '192.0.2.2', vni: 9, port: 1234, via: 'v0', self: true },
      { mac, dst: '192.0.2.9', vni: undefined, port: undefined, via: undefined, self: true },
    ],
  )
  t.is(bridge(network, 'fdb show dev vx0').length, 3)
  for (const entry of listed) ok(await fdb.delete(entry))
  t.deepEqual(bridge(network, 'fdb show dev vx0'), [])
  for (const entry of listed) ok(await fdb.append(entry).then((result) => (result.ok ? result : fdb.add(entry))))
  t.is(bridge(network, 'fdb show dev vx0').length, 3)
})

test('VNIs of a VXLAN are listed, added, replaced and deleted, and told of', async (t) => {
  const network = openNetwork(t)
  const { links, vnis } = network.network
  const vxlan = { link: 'v0', port: 4789, collectMetadata: true, vnifilter: true, vnis: [1, '5-9'] }
  const made = await links.create({ name: 'vx0', kind: 'vxlan', vxlan })
  if (!made.ok) return skipped(t, `this kernel has no VNI filter: ${made.val.message}`)
  const events = network.network.events({ vnis: true })
  const heard = events[Symbol.asyncIterator]()
  const shown = () => bridge(network, 'vni show dev vx0')[0]?.['vnis']
  t.deepEqual(shown(), [{ vni: 1 }, { vni: 5, vniEnd: 9 }])
  ok(await links.update('vx0', { vxlan: { vnis: [{ id: 7, group: '239.1.1.1' }, 8] } }))
  t.deepEqual(shown(), [{ vni: 7, group: '239.1.1.1' }, { vni: 8 }])
  ok(await vnis.add({ dev: 'vx0', id: '50-60', remote: 'fd00::9' }))
  ok(await vnis.delete({ dev: 'vx0', id: 50 }))
  t.is(failure(await vnis.delete({ dev: 'vx0', id: 50 })).code, 'ENOENT')
  const listed = ok(await vnis.list({ dev: 'vx0' }))
  t.deepEqual(
    listed.map(({ id, group, remote }) => ({ id, group, remote })),
    [
      { id: 7, group: '239.1.1.1', remote: undefined },
      { id: 8, group: undefined, remote: undefined },
      { id: '51-60', group: undefined, remote: 'fd00::9' },
    ],
  )
  t.like((await heard.next()).value, { kind: 'vni', action: 'delete', vnis: [{ dev: 'vx0', id: 1 }] })
  events.close()
  for (const vni of listed) ok(await vnis.delete(vni))
  t.is(shown(), undefined)
  for (const vni of listed) ok(await vnis.add(vni))
  t.is(ok(await vnis.list({ dev: 'v1' })).length, 0)
  t.is(ok(await vnis.list()).length, listed.length)
})

test('entries of the multicast database are added, listed and deleted', async (t) => {
  const network = openNetwork(t)
  const { mdb } = network.network
  network.sh('ip link add br0 type bridge && ip link set br0 up && ip link set v0 master br0')
  const groups = () =>
    bridge(network, 'mdb show')
      .flatMap(({ mdb: entries }) => (Array.isArray(entries) ? entries : []))
      .map(({ grp, port, src, state }) => [port, grp, src, state].filter(Boolean).join(' '))
      .filter((text) => !text.includes('ff02:'))
      .sort()
  ok(await mdb.create({ dev: 'br0', port: 'v0', group: '239.1.1.1' }))
  ok(await mdb.add({ dev: 'br0', port: 'v0', group: 'ff05::1', source: 'fd00::1' }))
  ok(await mdb.add({ dev: 'br0', port: 'v0', group: '01:02:03:04:05:06' }))
  t.is(failure(await mdb.add({ dev: 'br0', port: 'v0', group: '239.1.1.1' })).code, 'EEXIST')
  const before = ['v0 01:02:03:04:05:06 permanent', 'v0 239.1.1.1 permanent', 'v0 ff05::1 fd00::1 permanent']
  t.deepEqual(groups(), before)
  const listed = ok(await mdb.list({ dev: 'br0' })).filter(({ state }) => state === 'permanent')
  t.is(listed.length, 3)
  for (const entry of listed) ok(await mdb.delete(entry))
  t.deepEqual(groups(), [])
  for (const entry of listed) ok(await mdb.create(entry))
  t.deepEqual(groups(), before)
})

test('VLANs are added, listed, changed and deleted', async (t) => {
  const network = openNetwork(t)
  const { vlans } = network.network
  network.sh('ip link add br0 type bridge && ip link set v0 master br0')
  if (!hasVlanFiltering) {
    t.is(failure(await vlans.list()).code, 'EOPNOTSUPP')
    return
  }
  network.sh('ip link set br0 type bridge vlan_filtering 1 && ip link set v0 type bridge_slave vlan_tunnel on')
  ok(await vlans.add({ dev: 'v0', id: '100-4094', tunnelId: 5000 }))
  ok(await vlans.add({ dev: 'v0', id: 10, pvid: true, untagged: true, state: 'blocking' }))
  ok(await vlans.add({ dev: 'br0', id: 10 }))
  ok(await vlans.delete({ dev: 'v0', id: 1 }))
  ok(await vlans.setGlobal({ dev: 'br0', id: '100-200', multicastQuerierInterval: 99.5 }))
  t.deepEqual(
    ok(await vlans.list({ dev: 'v0' })).map(({ id, pvid, untagged, state, tunnelId }) => ({
      id,
      pvid,
      untagged,
      state,
      tunnelId,
    })),
    [
      { id: 10, pvid: true, untagged: true, state: 'blocking', tunnelId: undefined },
      { id: '100-4094', pvid: undefined, untagged: undefined, state: 'forwarding', tunnelId: 5000 },
    ],
  )
  t.deepEqual(bridge(network, 'vlan tunnelshow dev v0')[0]?.['tunnels'], [
    { vlan: 100, vlanEnd: 4094, tunid: 5000, tunidEnd: 8994 },
  ])
  const options = ok(await vlans.listGlobal({ dev: 'br0' }))
  t.like(
    options.find(({ id }) => id === '100-200'),
    { multicastQuerierInterval: 99.5, multicastSnooping: true },
  )
  const listed = ok(await vlans.list())
  const before = network.sh('bridge vlan show; bridge vlan tunnelshow')
  for (const vlan of listed) ok(await vlans.delete(vlan))
  t.notRegex(network.sh('bridge vlan show'), /v0/)
  for (const vlan of listed) ok(await vlans.add(vlan))
  t.is(network.sh('bridge vlan show; bridge vlan tunnelshow'), before)
})

testWithVlans('links are made and changed with their VLANs', async (t) => {
  const network = openNetwork(t)
  const { links } = network.network
  const vlans = [{ id: 10, pvid: true, untagged: true }, '20-30'] as const
  ok(await links.create({ name: 'br0', kind: 'bridge', up: true, bridge: { vlanFiltering: true, vlans: [] } }))
  ok(await links.create({ name: 'dummy0', kind: 'dummy', up: true, master: 'br0', bridgePort: { vlans } }))
  const shown = () => network.sh('bridge vlan show').replaceAll(/\s+/g, ' ')
  t.is(shown(), 'port vlan-id dummy0 10 PVID Egress Untagged 20 21 22 23 24 25 26 27 28 29 30 ')
  t.true(ok(await links.get('dummy0')).up)
  ok(await links.update('dummy0', { bridgePort: { vlans: [5] } }))
  ok(await links.update('br0', { bridge: { vlans: [5], vlanOptions: [{ id: 5, multicastSnooping: false }] } }))
  t.is(shown(), 'port vlan-id br0 5 dummy0 5 ')
  t.regex(network.sh('bridge vlan global show dev br0'), /mcast_snooping 0/)
})

test('entries of the multicast database of a VXLAN are added, replaced, listed, deleted and told', async (t) => {
  const network = openNetwork(t)
  const { mdb } = network.network
  network.sh('ip link add vx0 type vxlan id 7 dstport 4789 && ip link set vx0 up')
  const events = network.network.events({ mdb: true, signal: AbortSignal.timeout(90_000) })
  const entry = { dev: 'vx0', port: 'vx0', group: '239.1.1.1', dst: '198.51.100.1' }
  const first = await mdb.create({ ...entry, vni: 8, dstPort: 4790, via: 'v0', protocol: 77 })
  if (!first.ok && /no bridge|not a bridge|EOPNOTSUPP/i.test(first.val.message)) {
    skipped(t, `this kernel has none: ${first.val.message}`)
    return
  }
  ok(first)
  t.is(failure(await mdb.create(entry)).code, 'EEXIST')
  ok(await mdb.create({ ...entry, dst: '2001:db8::1' }))
  const remotesOf = async () =>
    ok(await mdb.list({ dev: 'vx0' })).map(({ dst, vni, dstPort, via, protocol }) => [dst, vni, dstPort, via, protocol])
  t.deepEqual(await remotesOf(), [
    ['2001:db8::1', undefined, undefined, undefined, 4],
    ['198.51.100.1', 8, 4790, 'v0', 77],
  ])
  t.is(bridge(network, 'mdb show').flatMap(({ mdb: entries }) => (Array.isArray(entries) ? entries : [])).length, 2)
  ok(await mdb.replace({ ...entry, vni: 9 }))
  t.deepEqual((await remotesOf())[1], ['198.51.100.1', 9, undefined, undefined, 4])
  for (const listed of ok(await mdb.list({ dev: 'vx0' }))) ok(await mdb.delete(listed))
  t.deepEqual(await remotesOf(), [])
  const seen: string[] = []
  for await (const event of events) {
    if (event.kind === 'mdb')
      for (const { dst, vni } of event.entries) seen.push([event.action, dst, vni].filter(Boolean).join(' '))
    if (seen.at(-1) === 'delete 198.51.100.1 9') break
  }
  t.deepEqual(seen, [
    'new 198.51.100.1 8',
    'new 2001:db8::1',
    'new 198.51.100.1 9',
    'delete 2001:db8::1',
    'delete 198.51.100.1 9',
  ])
})

test('changes of forwarding and multicast databases are told', async (t) => {
  const { network, sh } = openNetwork(t)
  sh('ip link add br0 type bridge && ip link set br0 up && ip link set v0 master br0')
  const signal = AbortSignal.timeout(90_000)
  const events = network.events({ fdb: true, mdb: true, signal })
  sh(`bridge fdb add ${mac} dev v0 master static && bridge mdb add dev br0 port v0 grp 239.1.1.1 permanent`)
  sh('ip neighbor add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0')
  sh(`bridge fdb delete ${mac} dev v0 master`)
  const seen: string[] = []
  for await (const event of events) {
    if (event.kind === 'fdb' && event.entry.mac === mac) seen.push(`${event.action} fdb ${event.entry.dev}`)
    if (event.kind === 'mdb')
      for (const entry of event.entries) if (entry.group === '239.1.1.1') seen.push(`${event.action} mdb`)
    if (event.kind === 'neighbor') seen.push('neighbor')
    if (event.kind === 'fdb' && event.entry.mac === mac && event.action === 'delete') break
  }
  t.deepEqual([...new Set(seen)], ['new fdb v0', 'new mdb', 'delete fdb v0'])
})
