import test from 'ava'
import { Payload } from '../../src/netlink/bytes.js'
import type { Link } from '../../src/rtnetlink/link.js'
import { addAltNames, deleteAltNames, deleteLink, newLink, setLink } from '../../src/rtnetlink/linkMessages.js'
import { attributesOf, compareGolden, goldenContext, readGolden } from '../helpers/golden.js'
import { ifinfomsgSize, nestedInLinks } from '../helpers/goldenLink.js'

const golden = readGolden('link')
const context = goldenContext(golden)
const add = (link: Link) => newLink(link, context)
const index = (name: string) => ({ index: context.linkIndex(name) })
const set = (name: string, changes: Partial<Link>) => setLink(index(name), changes, context)

// Sent with every VXLAN device by `ip`.
const learning = true

test('links are what ip sends', (t) => {
  compareGolden(
    t,
    golden,
    {
      'link add br1 type bridge': add({ name: 'br1', kind: 'bridge' }),
      'link add br1 up mtu 1400 address 02:00:00:00:00:01 txqueuelen 500 type bridge stp_state 1 forward_delay 400 hello_time 300 max_age 2100 ageing_time 30150 priority 4096':
        add({
          name: 'br1',
          kind: 'bridge',
          up: true,
          mtu: 1400,
          mac: '02:00:00:00:00:01',
          txQueueLength: 500,
          bridge: { stp: true, forwardDelay: 4, helloTime: 3, maxAge: 21, ageingTime: 301.5, priority: 4096 },
        }),
      'link add br1 type bridge vlan_filtering 1 vlan_protocol 802.1ad vlan_default_pvid 7 vlan_stats_enabled 1 vlan_stats_per_port 1 group_fwd_mask 0x4008 group_address 01:80:c2:00:00:05 no_linklocal_learn 1 mcast_vlan_snooping 0':
        add({
          name: 'br1',
          kind: 'bridge',
          bridge: {
            vlanFiltering: true,
            vlanProtocol: '802.1ad',
            vlanDefaultPvid: 7,
            vlanStats: true,
            vlanStatsPerPort: true,
            groupForwardMask: 0x4008,
            groupAddress: '01:80:c2:00:00:05',
            noLinkLocalLearn: true,
            multicastVlanSnooping: false,
          },
        }),
      'link add br1 type bridge mcast_snooping 0 mcast_router 2 mcast_query_use_ifaddr 1 mcast_querier 1 mcast_hash_elasticity 16 mcast_hash_max 1024 mcast_last_member_count 3 mcast_startup_query_count 4 mcast_last_member_interval 200 mcast_membership_interval 25000 mcast_querier_interval 24000 mcast_query_interval 12000 mcast_query_response_interval 900 mcast_startup_query_interval 3000 mcast_stats_enabled 1 mcast_igmp_version 3 mcast_mld_version 2 nf_call_iptables 1 nf_call_ip6tables 1 nf_call_arptables 1':
        add({
          name: 'br1',
          kind: 'bridge',
          bridge: {
            multicastSnooping: false,
            multicastRouter: 2,
            multicastQueryUseInterfaceAddress: true,
            multicastQuerier: true,
            multicastHashElasticity: 16,
            multicastHashMaximum: 1024,
            multicastLastMemberCount: 3,
            multicastStartupQueryCount: 4,
            multicastLastMemberInterval: 2,
            multicastMembershipInterval: 250,
            multicastQuerierInterval: 240,
            multicastQueryInterval: 120,
            multicastQueryResponseInterval: 9,
            multicastStartupQueryInterval: 30,
            multicastStats: true,
            multicastIgmpVersion: 3,
            multicastMldVersion: 2,
            nfCallIptables: true,
            nfCallIp6tables: true,
            nfCallArptables: true,
          },
        }),
      'link add a0 type veth peer name b0': add({ name: 'a0', kind: 'veth', veth: { peer: { name: 'b0' } } }),
      'link add a0 address 02:00:00:00:00:01 type veth peer name b0 mtu 1400 address 02:00:00:00:00:02': add({
        name: 'a0',
        kind: 'veth',
        mac: '02:00:00:00:00:01',
        veth: { peer: { name: 'b0', mtu: 1400, mac: '02:00:00:00:00:02' } },
      }),
      'link add vx0 type vxlan id 42 dstport 4789': add({
        name: 'vx0',
        kind: 'vxlan',
        vxlan: { id: 42, port: 4789, learning },
      }),
      'link add vx0 type vxlan id 42 group 239.1.2.3 dev v0 local 10.0.0.1 dstport 4789 srcport 1000 2000 ttl 9 tos 0x10 df set nolearning ageing 77 maxaddress 55 proxy rsc l2miss l3miss noudpcsum remcsumtx remcsumrx gbp':
        add({
          name: 'vx0',
          kind: 'vxlan',
          vxlan: {
            id: 42,
            group: '239.1.2.3',
            link: 'v0',
            local: '10.0.0.1',
            port: 4789,
            portRange: { low: 1000, high: 2000 },
            ttl: 9,
            tos: 0x10,
            df: 'set',
            learning: false,
            ageing: 77,
            limit: 55,
            proxy: true,
            rsc: true,
            l2miss: true,
            l3miss: true,
            udpChecksum: false,
            remoteChecksumTx: true,
            remoteChecksumRx: true,
            gbp: true,
          },
        }),
      'link add vx0 type vxlan id 1 remote fd00::9 local fd00::1 dstport 8472 ttl inherit flowlabel 0xabcde udp6zerocsumtx udp6zerocsumrx':
        add({
          name: 'vx0',
          kind: 'vxlan',
          vxlan: {
            id: 1,
            remote: 'fd00::9',
            local: 'fd00::1',
            port: 8472,
            ttlInherit: true,
            label: 0xabcde,
            udp6ZeroChecksumTx: true,
            udp6ZeroChecksumRx: true,
            learning,
          },
        }),
      'link add vx0 type vxlan dstport 4790 external vnifilter gpe nolearning': add({
        name: 'vx0',
        kind: 'vxlan',
        vxlan: { port: 4790, collectMetadata: true, vnifilter: true, gpe: true, learning: false },
      }),
      'link add link v0 name mv0 type macvlan mode source macaddr set 02:00:00:00:00:01 02:00:00:00:00:02': add({
        name: 'mv0',
        kind: 'macvlan',
        macvlan: { link: 'v0', mode: 'source', sourceMacs: ['02:00:00:00:00:01', '02:00:00:00:00:02'] },
      }),
      'link add link v0 name mv0 type macvlan mode passthru nopromisc': add({
        name: 'mv0',
        kind: 'macvlan',
        macvlan: { link: 'v0', mode: 'passthru', noPromiscuous: true },
      }),
      'link add link v0 name mv0 type macvtap mode bridge bcqueuelen 2000': add({
        name: 'mv0',
        kind: 'macvtap',
        macvtap: { link: 'v0', mode: 'bridge', broadcastQueueLength: 2000 },
      }),
      'link add link v0 name vl0 type vlan protocol 802.1ad id 4094 reorder_hdr off gvrp on mvrp on loose_binding on bridge_binding off ingress-qos-map 1:5 egress-qos-map 2:6 3:7':
        add({
          name: 'vl0',
          kind: 'vlan',
          vlan: {
            link: 'v0',
            protocol: '802.1ad',
            id: 4094,
            reorderHeader: false,
            gvrp: true,
            mvrp: true,
            looseBinding: true,
            bridgeBinding: false,
            ingressQosMap: [{ from: 1, to: 5 }],
            egressQosMap: [
              { from: 2, to: 6 },
              { from: 3, to: 7 },
            ],
          },
        }),
      'link add link v0 name iv0 type ipvlan mode l2 private': add({
        name: 'iv0',
        kind: 'ipvlan',
        ipvlan: { link: 'v0', mode: 'l2', isolation: 'private' },
      }),
      'link add red type vrf table 1234': add({ name: 'red', kind: 'vrf', vrf: { table: 1234 } }),
      'link add dum0 numtxqueues 4 numrxqueues 2 type dummy': add({
        name: 'dum0',
        kind: 'dummy',
        txQueues: 4,
        rxQueues: 2,
      }),
      'link add ifb9 type ifb': add({ name: 'ifb9', kind: 'ifb' }),
      'link set dev br0 type bridge forward_delay 300': set('br0', { kind: 'bridge', bridge: { forwardDelay: 3 } }),
      'link set dev v1 type bridge_slave cost 77 priority 7 hairpin on guard on root_block on fastleave on learning off flood off proxy_arp on proxy_arp_wifi on mcast_router 2 mcast_flood off mcast_to_unicast on vlan_tunnel on bcast_flood off group_fwd_mask 0x4008 neigh_suppress on isolated on locked on':
        set('v1', {
          bridgePort: {
            cost: 77,
            priority: 7,
            hairpin: true,
            guard: true,
            rootBlock: true,
            fastLeave: true,
            learning: false,
            flood: false,
            proxyArp: true,
            proxyArpWifi: true,
            multicastRouter: 2,
            multicastFlood: false,
            multicastToUnicast: true,
            vlanTunnel: true,
            broadcastFlood: false,
            groupForwardMask: 0x4008,
            neighborSuppress: true,
            isolated: true,
            locked: true,
          },
        }),
      'link set dev v1 master br0': set('v1', { master: 'br0' }),
      'link set dev v1 nomaster': set('v1', { master: null }),
      'link set dev v0 up': set('v0', { up: true }),
      'link set dev v0 down': set('v0', { up: false }),
      'link set dev v0 mtu 1400': set('v0', { mtu: 1400 }),
      'link set dev v0 address 02:00:00:00:00:03': set('v0', { mac: '02:00:00:00:00:03' }),
      'link set dev v0 txqueuelen 77': set('v0', { txQueueLength: 77 }),
      'link set dev v0 alias laboratory': set('v0', { alias: 'laboratory' }),
      'link set dev v0 group 7': set('v0', { group: 7 }),
      'link set dev v0 promisc on': set('v0', { promiscuous: true }),
      'link set dev v0 allmulticast on': set('v0', { allMulticast: true }),
      'link set dev v0 arp off': set('v0', { arp: false }),
      'link set dev v0 multicast off': set('v0', { multicast: false }),
      'link set dev v0 addrgenmode none': set('v0', { addressGenerationMode: 'none' }),
      'link set dev v0 protodown on': set('v0', { protocolDown: true }),
      'link set dev v0 name w0': set('v0', { name: 'w0' }),
      'link property add dev w0 altname uplink': addAltNames(index('v0'), ['uplink']),
      'link property del dev w0 altname uplink': deleteAltNames(index('v0'), ['uplink']),
      'link delete br0': deleteLink(index('br0')),
    },
    ifinfomsgSize,
    nestedInLinks,
  )
})

test('a token is the attribute that ip token sends, in a message of its own', (t) => {
  // `ip token set ::7 dev v0`: RTM_SETLINK of AF_INET6, which the kernel takes as RTM_NEWLINK without flags.
  const token = '1c001a0018000a001400070000000000000000000000000000000007'
  const ours = set('v0', { ipv6Token: '::7' }).bytes.subarray(32)
  const essence = (bytes: Uint8Array) => attributesOf(new Payload(bytes), nestedInLinks)
  t.deepEqual(essence(ours), essence(Buffer.from(token, 'hex')))
})
