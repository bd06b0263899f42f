import type { CorpusCase } from './case.js'

const start = [
  'link add a0 address 02:00:00:00:01:0a type bridge',
  'link add b0 address 02:00:00:00:01:0b type bridge',
  'link add v0 address 02:00:00:00:01:0c type veth peer name v1 address 02:00:00:00:01:0d',
  'link set v0 master a0',
  'link set a0 up',
  'link set b0 up',
  'link set v0 up',
  'link set v1 up',
  'link property add dev v1 altname far-end',
  'address add 10.0.0.1/24 dev a0',
  'address add 10.0.0.2/24 dev a0',
  'address add fd00::1/64 dev a0 nodad',
  'address add 10.1.0.1/24 dev b0',
  'route add 10.50.0.0/16 via 10.0.0.9',
  'route add 10.60.0.0/16 via 10.1.0.9',
  'neigh add 10.0.0.9 lladdr 02:00:00:00:00:99 dev a0',
]

/** Links that are known by something else than their names. */
export const renames: readonly CorpusCase[] = [
  {
    title: 'names are swapped, beside changes of what hangs on them',
    start,
    target: {
      links: [
        { name: 'b0', match: { mac: '02:00:00:00:01:0a' }, mtu: 1400, addresses: ['10.0.0.1/24', '10.0.0.3/24'] },
        { name: 'a0', match: { mac: '02:00:00:00:01:0b' } },
        { name: 'v0', master: 'a0' },
      ],
      routes: [{ to: '10.60.0.0/16', absent: true }],
    },
  },
  {
    title: 'a name that becomes free is given to a new link',
    start,
    target: {
      links: [
        { name: 'lan0', match: { mac: '02:00:00:00:01:0a' } },
        { name: 'a0', kind: 'bridge', mac: '02:00:00:00:01:0e', addresses: ['10.7.0.1/24'] },
        { name: 'far0', match: { altName: 'far-end' }, master: 'a0' },
      ],
      neighbors: [{ dev: 'lan0', address: '10.0.0.7', mac: '02:00:00:00:00:77' }],
    },
  },
]
