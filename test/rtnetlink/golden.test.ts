import test from 'ava'
import { deleteAddress, newAddress, replaceAddress } from '../../src/rtnetlink/address.js'
import { deleteNeighbor, newNeighbor, replaceNeighbor } from '../../src/rtnetlink/neighbor.js'
import { newRule } from '../../src/rtnetlink/ruleMessages.js'
import { compareGolden, goldenContext, readGolden } from '../helpers/golden.js'

const dev = 'v0'

test('addresses are what ip sends', (t) => {
  const golden = readGolden('address')
  const context = goldenContext(golden)
  const add = (address: Parameters<typeof newAddress>[0]) => newAddress(address, context)
  compareGolden(
    t,
    golden,
    {
      'address add 10.0.1.1/24 dev v0': add({ address: '10.0.1.1/24', dev }),
      'address add 10.0.2.1 dev v0': add({ address: '10.0.2.1', dev }),
      'address replace 10.0.1.1/24 dev v0 metric 50': replaceAddress(
        { address: '10.0.1.1/24', dev, metric: 50 },
        context,
      ),
      'address add 10.0.3.1 peer 10.0.3.2 dev v0': add({ address: '10.0.3.1', peer: '10.0.3.2', dev }),
      'address add 10.0.4.1 peer 10.0.4.0/24 dev v0': add({ address: '10.0.4.1', peer: '10.0.4.0/24', dev }),
      'address add 10.0.5.1/24 broadcast 10.0.5.255 dev v0 label v0:one scope link': add({
        address: '10.0.5.1/24',
        broadcast: '10.0.5.255',
        dev,
        label: 'v0:one',
        scope: 'link',
      }),
      'address add 127.0.5.1/8 dev lo': add({ address: '127.0.5.1/8', dev: 'lo' }),
      'address add 10.0.6.1/24 dev v0 valid_lft 100 preferred_lft 50': add({
        address: '10.0.6.1/24',
        dev,
        validLifetime: 100,
        preferredLifetime: 50,
      }),
      'address add 10.0.7.1/24 dev v0 valid_lft forever preferred_lft 0': add({
        address: '10.0.7.1/24',
        dev,
        validLifetime: 'forever',
        preferredLifetime: 0,
      }),
      'address add 10.0.8.1/24 dev v0 noprefixroute': add({ address: '10.0.8.1/24', dev, noPrefixRoute: true }),
      'address add 224.1.2.3/32 dev v0 autojoin': add({ address: '224.1.2.3/32', dev, autoJoin: true }),
      'address add fd00:1::1/64 dev v0 nodad home mngtmpaddr': add({
        address: 'fd00:1::1/64',
        dev,
        noDad: true,
        home: true,
        manageTemporaryAddress: true,
      }),
      'address add fd00:2::1/64 dev v0 optimistic': add({ address: 'fd00:2::1/64', dev, optimistic: true }),
      'address add fd00:3::1 peer fd00:3::2 dev v0': add({ address: 'fd00:3::1', peer: 'fd00:3::2', dev }),
      'address delete 10.0.1.1/24 dev v0': deleteAddress({ address: '10.0.1.1/24', dev }, context),
      'address delete fd00:1::1/64 dev v0': deleteAddress({ address: 'fd00:1::1/64', dev }, context),
    },
    8,
  )
})

// Deletions are not: we send the action too, so that the rule of another one is not taken for it.
test('rules are what ip sends', (t) => {
  const table = 5
  const golden = readGolden('rule')
  compareGolden(
    t,
    golden,
    {
      'rule add priority 1000 from 10.9.0.0/30 table 100 protocol 108': newRule({
        priority: 1000,
        from: '10.9.0.0/30',
        table: 100,
      }),
      'rule add priority 1001 to 10.9.0.0/30 protocol 108': newRule({ priority: 1001, to: '10.9.0.0/30' }),
      'rule add priority 1002 fwmark 0x1/0xff iif v0 prohibit protocol 108': newRule({
        priority: 1002,
        fwmark: '0x1/0xff',
        iif: 'v0',
        action: 'prohibit',
      }),
      'rule add priority 1003 fwmark 0x1 oif v1 table 1000 protocol 108': newRule({
        priority: 1003,
        fwmark: '0x1',
        oif: 'v1',
        table: 1000,
      }),
      'rule add priority 1004 not from 10.1.2.3 tos 0x10 table 5 protocol 108': newRule({
        priority: 1004,
        not: true,
        from: '10.1.2.3',
        tos: 0x10,
        table,
      }),
      'rule add priority 1005 ipproto tcp sport 1000-2000 dport 53 table 5 protocol 108': newRule({
        priority: 1005,
        ipproto: 'tcp',
        sport: '1000-2000',
        dport: '53',
        table,
      }),
      'rule add priority 1006 uidrange 1000-1999 table 5 protocol 108': newRule({
        priority: 1006,
        uidRange: '1000-1999',
        table,
      }),
      'rule add priority 1007 l3mdev protocol 108': newRule({ priority: 1007, l3mdev: true }),
      'rule add priority 1008 tun_id 4294967297 table 5 protocol 108': newRule({
        priority: 1008,
        tunnelId: 4294967297,
        table,
      }),
      'rule add priority 1009 goto 32766 protocol 108': newRule({ priority: 1009, goto: 32766 }),
      'rule add priority 1010 unreachable protocol 108': newRule({ priority: 1010, action: 'unreachable' }),
      'rule add priority 1011 blackhole protocol 108': newRule({ priority: 1011, action: 'blackhole' }),
      'rule add priority 1012 nop protocol 108': newRule({ priority: 1012, action: 'nop' }),
      'rule add priority 1013 table main suppress_prefixlength 0 protocol 108': newRule({
        priority: 1013,
        table: 254,
        suppressPrefixLength: 0,
      }),
      'rule add priority 1014 table main suppress_ifgroup 7 protocol 108': newRule({
        priority: 1014,
        table: 254,
        suppressInterfaceGroup: 7,
      }),
      'rule add priority 1015 table 5 realms 3/7 protocol 108': newRule({
        priority: 1015,
        from: 'all',
        realms: '3/7',
        table,
      }),
      '-6 rule add priority 1016 from fd00::/8 to fd01::/64 ipproto ipv6-icmp table 5 protocol 108': newRule({
        priority: 1016,
        from: 'fd00::/8',
        to: 'fd01::/64',
        ipproto: 'ipv6-icmp',
        table,
      }),
    },
    12,
  )
})

test('neighbors are what ip sends', (t) => {
  const golden = readGolden('neighbor')
  const context = goldenContext(golden)
  const add = (neighbor: Parameters<typeof newNeighbor>[0]) => newNeighbor(neighbor, context)
  const macOf = (last: string): string => `02:00:00:00:00:${last}`
  compareGolden(
    t,
    golden,
    {
      'neighbor add 10.0.0.7 lladdr 02:00:00:00:00:07 dev v0': add({ address: '10.0.0.7', mac: macOf('07'), dev }),
      'neighbor replace 10.0.0.7 lladdr 02:00:00:00:00:08 dev v0 nud reachable': replaceNeighbor(
        { address: '10.0.0.7', mac: macOf('08'), dev, state: 'reachable' },
        context,
      ),
      'neighbor add 10.0.0.8 lladdr 02:00:00:00:00:08 dev v0 nud stale': add({
        address: '10.0.0.8',
        mac: macOf('08'),
        dev,
        state: 'stale',
      }),
      'neighbor add 10.0.0.9 dev v0 nud noarp': add({ address: '10.0.0.9', dev, state: 'noarp' }),
      'neighbor add fd00::7 lladdr 02:00:00:00:00:07 dev v0 router': add({
        address: 'fd00::7',
        mac: macOf('07'),
        dev,
        router: true,
      }),
      'neighbor add proxy 10.0.0.10 dev v0': add({ address: '10.0.0.10', dev, proxy: true }),
      'neighbor add proxy fd00::10 dev v0': add({ address: 'fd00::10', dev, proxy: true }),
      'neighbor add 10.0.0.11 lladdr 02:00:00:00:00:0b dev v0 protocol 108': add({
        address: '10.0.0.11',
        mac: macOf('0b'),
        dev,
        protocol: 108,
      }),
      'neighbor add 10.0.0.12 lladdr 02:00:00:00:00:0c dev v0 nud reachable extern_learn': add({
        address: '10.0.0.12',
        mac: macOf('0c'),
        dev,
        state: 'reachable',
        externallyLearned: true,
      }),
      'neighbor add 10.0.0.13 dev v0 managed': add({ address: '10.0.0.13', dev, managed: true }),
      'neighbor delete 10.0.0.7 dev v0': deleteNeighbor({ address: '10.0.0.7', dev }, context),
      'neighbor delete proxy 10.0.0.10 dev v0': deleteNeighbor({ address: '10.0.0.10', dev, proxy: true }, context),
    },
    12,
  )
})
