import test from 'ava'
import type { Payload } from '../../src/netlink/bytes.js'
import type { NetlinkMessage } from '../../src/netlink/message.js'
import { setGlobalVlanOptions, setVlans } from '../../src/rtnetlink/bridgeVlan.js'
import { appendFdbEntry, deleteFdbEntry, newFdbEntry, replaceFdbEntry } from '../../src/rtnetlink/fdb.js'
import { deleteMdbEntry, newMdbEntry, replaceMdbEntry } from '../../src/rtnetlink/mdb.js'
import { addVnis, deleteVnis } from '../../src/rtnetlink/vxlanVni.js'
import { attributesOf, compareGolden, goldenContext, readGolden } from '../helpers/golden.js'

const mac = '02:00:00:00:00:01'
const zero = '00:00:00:00:00:00'
const nested = new Map([1, 2].map((type) => [type, (range: Payload) => attributesOf(range)]))

test('entries of forwarding databases are what bridge sends', (t) => {
  const golden = readGolden('fdb')
  const context = goldenContext(golden)
  const [dev, vxlan] = ['v0', 'vx0']
  compareGolden(
    t,
    golden,
    {
      [`fdb add ${mac} dev v0 master static`]: newFdbEntry({ mac, dev }, context),
      [`fdb add ${mac} dev v0 master static vlan 10 sticky`]: newFdbEntry(
        { mac, dev, vlan: 10, sticky: true },
        context,
      ),
      [`fdb add ${mac} dev br0 self local vlan 10`]: newFdbEntry({ mac, dev: 'br0', self: true, vlan: 10 }, context),
      [`fdb replace ${mac} dev v0 master dynamic`]: replaceFdbEntry({ mac, dev, state: 'reachable' }, context),
      [`fdb replace ${mac} dev v0 master static extern_learn`]: replaceFdbEntry(
        { mac, dev, externallyLearned: true },
        context,
      ),
      [`fdb append ${zero} dev vx0 dst 192.0.2.1`]: appendFdbEntry(
        { mac: zero, dev: vxlan, dst: '192.0.2.1' },
        context,
      ),
      [`fdb append ${zero} dev vx0 dst 192.0.2.2 port 1234 vni 9 via v1 src_vni 5`]: appendFdbEntry(
        { mac: zero, dev: vxlan, dst: '192.0.2.2', port: 1234, vni: 9, via: 'v1', sourceVni: 5 },
        context,
      ),
      [`fdb add ${mac} dev vx0 dst fd00::1 router static`]: newFdbEntry(
        { mac, dev: vxlan, dst: 'fd00::1', router: true, state: 'static' },
        context,
      ),
      [`fdb add ${mac} dev vx0 nhid 12`]: newFdbEntry({ mac, dev: vxlan, nexthopId: 12 }, context),
      [`fdb del ${mac} dev v0 master`]: deleteFdbEntry({ mac, dev, state: 'permanent' }, context),
      [`fdb del ${mac} dev v0 master vlan 10`]: deleteFdbEntry({ mac, dev, vlan: 10, state: 'permanent' }, context),
      [`fdb del ${zero} dev vx0 dst 192.0.2.1`]: deleteFdbEntry({ mac: zero, dev: vxlan, dst: '192.0.2.1' }, context),
    },
    12,
  )
})

test('entries of the multicast database are what bridge sends', (t) => {
  const golden = readGolden('mdb')
  const context = goldenContext(golden)
  const [dev, port] = ['br0', 'v0']
  const ipv6 = { dev, port, group: 'ff05::1', source: 'fd00::1', vlan: 5 }
  compareGolden(
    t,
    golden,
    {
      'mdb add dev br0 port v0 grp 239.1.1.1 permanent': newMdbEntry({ dev, port, group: '239.1.1.1' }, context),
      'mdb add dev br0 port v0 grp 239.1.1.2 vid 10': newMdbEntry(
        { dev, port, group: '239.1.1.2', vlan: 10, state: 'temporary' },
        context,
      ),
      'mdb add dev br0 port v0 grp ff05::1 src fd00::1 permanent vid 5': newMdbEntry(ipv6, context),
      'mdb add dev br0 port v0 grp 01:02:03:04:05:06 permanent': newMdbEntry(
        { dev, port, group: '01:02:03:04:05:06' },
        context,
      ),
      'mdb add dev br0 port br0 grp 239.1.1.3': newMdbEntry(
        { dev, port: 'br0', group: '239.1.1.3', state: 'temporary' },
        context,
      ),
      'mdb del dev br0 port v0 grp 239.1.1.1': deleteMdbEntry({ dev, port, group: '239.1.1.1' }, context),
      'mdb del dev br0 port v0 grp ff05::1 src fd00::1 vid 5': deleteMdbEntry(ipv6, context),
    },
    8,
    new Map([[2, (range: Payload) => attributesOf(range)]]),
  )
})

test('a learned entry of the multicast database is given back without the protocol that the kernel has for it', (t) => {
  const entry = { dev: 5, port: 6, group: '239.1.1.1', state: 'temporary' as const }
  const listed = { ...entry, index: 5, protocol: 2, timer: 100 }
  t.deepEqual(replaceMdbEntry(listed).bytes, replaceMdbEntry(entry).bytes)
  t.notDeepEqual(replaceMdbEntry({ ...entry, protocol: 2 }).bytes, replaceMdbEntry(entry).bytes)
})

test('entries of multicast databases of VXLANs are what bridge sends', (t) => {
  const golden = readGolden('mdbOfVxlan')
  const context = goldenContext(golden)
  const ends = { dev: 'vx0', port: 'vx0', dst: '198.51.100.1' }
  compareGolden(
    t,
    golden,
    {
      'mdb add dev vx0 port vx0 grp 239.1.1.1 permanent dst 198.51.100.1': newMdbEntry(
        { ...ends, group: '239.1.1.1' },
        context,
      ),
      'mdb add dev vx0 port vx0 grp ff05::1 src fd00::1 permanent proto 77 dst 2001:db8::1 dst_port 1234 vni 9 src_vni 5 via v0':
        newMdbEntry(
          {
            ...ends,
            group: 'ff05::1',
            source: 'fd00::1',
            protocol: 77,
            dst: '2001:db8::1',
            dstPort: 1234,
            vni: 9,
            sourceVni: 5,
            via: 'v0',
          },
          context,
        ),
      'mdb replace dev vx0 port vx0 grp 239.1.1.2 permanent filter_mode include source_list 10.0.0.1,10.0.0.2 dst 198.51.100.1':
        replaceMdbEntry(
          { ...ends, group: '239.1.1.2', filterMode: 'include', sourceList: ['10.0.0.1', '10.0.0.2'] },
          context,
        ),
      'mdb add dev vx0 port vx0 grp 0.0.0.0 permanent dst 198.51.100.1': newMdbEntry(
        { ...ends, group: '0.0.0.0' },
        context,
      ),
      'mdb del dev vx0 port vx0 grp 239.1.1.1 dst 198.51.100.1 src_vni 5': deleteMdbEntry(
        { ...ends, group: '239.1.1.1', sourceVni: 5 },
        context,
      ),
    },
    8,
    new Map([[2, (range: Payload) => attributesOf(range, new Map([[2, (list: Payload) => attributesOf(list)]]))]]),
  )
})

/** The one message of several. */
function only([message, ...others]: readonly NetlinkMessage[]): NetlinkMessage {
  if (!message || others.length > 0) throw new Error(`${others.length} messages besides ${message?.subject}`)
  return message
}

test('options of VLANs are what bridge sends', (t) => {
  const golden = readGolden('bridgeVlan')
  const context = goldenContext(golden)
  const all = {
    multicastSnooping: false,
    multicastQuerier: true,
    multicastIgmpVersion: 3,
    multicastMldVersion: 2,
    multicastLastMemberCount: 3,
    multicastLastMemberInterval: 2,
    multicastStartupQueryCount: 4,
    multicastStartupQueryInterval: 30,
    multicastMembershipInterval: 200,
    multicastQuerierInterval: 300,
    multicastQueryInterval: 100,
    multicastQueryResponseInterval: 9,
  }
  const words =
    'mcast_snooping 0 mcast_querier 1 mcast_igmp_version 3 mcast_mld_version 2 mcast_last_member_count 3 mcast_last_member_interval 200 mcast_startup_query_count 4 mcast_startup_query_interval 3000 mcast_membership_interval 20000 mcast_querier_interval 30000 mcast_query_interval 10000 mcast_query_response_interval 900'
  compareGolden(
    t,
    golden,
    {
      'vlan set dev v0 vid 10 state blocking': only(setVlans('v0', [{ id: 10, state: 'blocking' }], context)),
      'vlan set dev v0 vid 10-20 state learning mcast_router 2': only(
        setVlans('v0', [{ id: '10-20', state: 'learning', multicastRouter: 2 }], context),
      ),
      [`vlan global set dev br0 vid 10 ${words}`]: only(setGlobalVlanOptions('br0', [{ id: 10, ...all }], context)),
      'vlan global set dev br0 vid 10-20 mcast_snooping 1': only(
        setGlobalVlanOptions('br0', [{ id: '10-20', multicastSnooping: true }], context),
      ),
    },
    8,
    nested,
  )
})

test('what newer kernels have of VLANs is what a newer bridge sends', (t) => {
  const golden = readGolden('newerVlan')
  const suppressed = { id: 10, neighborSuppress: true, neighborForwardGratuitous: true }
  const ours = {
    'vlan set dev v0 vid 10 neigh_suppress on neigh_forward_grat on': only(
      setVlans('v0', [suppressed], goldenContext(golden)),
    ),
  }
  compareGolden(t, golden, ours, 8, nested)
})

test('VNIs of VXLANs are what bridge sends', (t) => {
  const golden = readGolden('vni')
  const context = goldenContext(golden)
  const add = (id: number | string, hosts: object = {}) => only(addVnis('vx0', [{ id, ...hosts }], context))
  compareGolden(
    t,
    golden,
    {
      'vni add dev vx0 vni 10': add(10),
      'vni add dev vx0 vni 10-20 group 239.1.1.1': add('10-20', { group: '239.1.1.1' }),
      'vni add dev vx0 vni 30 remote 10.0.0.9': add(30, { remote: '10.0.0.9' }),
      'vni add dev vx0 vni 30 remote fd00::9': add(30, { remote: 'fd00::9' }),
      'vni delete dev vx0 vni 10-20': only(deleteVnis('vx0', [{ id: '10-20' }], context)),
    },
    8,
    nested,
  )
})
