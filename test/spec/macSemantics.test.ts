import test from 'ava'
import { problemsOf } from '../helpers/problemsOf.js'

test('an MTU that no veth has, and addresses that no link and no entry has, are refused', (t) => {
  const problems = problemsOf({
    links: [
      { name: 'v0', kind: 'veth', mtu: 65_536, veth: { peer: { name: 'v1', mac: '03:00:00:00:00:01' } } },
      { name: 'd0', kind: 'dummy', mac: '00:00:00:00:00:00' },
      { name: 'd1', kind: 'dummy', mac: '02:00:00:00:00:01:02' },
      // As long as that of an InfiniBand device.
      { name: 'bond0', kind: 'bond', mac: ['02', ...Array(19).fill('00')].join(':') },
      { name: 'eth0', mac: '02:00:00:00:00:01:02' },
    ],
    fdb: [{ dev: 'd0', mac: '02:00' }],
  })
  t.deepEqual(problems, [
    { path: '/links/0/mtu', message: 'the largest MTU of a veth is 65535', found: '65536' },
    {
      path: '/links/0/veth/peer/mac',
      message: "03:00:00:00:00:01 is the MAC address of a group: the first byte of a link's own is even",
    },
    { path: '/links/1/mac', message: '00:00:00:00:00:00 is the MAC address of nobody' },
    { path: '/links/2/mac', message: 'an Ethernet address has 6 bytes, 02:00:00:00:00:01:02 has 7' },
    { path: '/fdb/0/mac', message: 'an Ethernet address has 6 bytes, 02:00 has 2' },
  ])
})
