import { bridged, type CorpusCase, foreign } from './case.js'

const mac = '02:00:00:00:00:a0'

const furnished = [...bridged, ...foreign]

/** Translation of addresses and confinement of guests, with the links and addresses that they are about. */
export const firewalls: readonly CorpusCase[] = [
  {
    title: 'a firewall, with the link that it confines',
    start: furnished,
    target: {
      forwarding: { ipv4: true },
      nat: {
        masquerade: [{ from: '10.0.0.0/24', out: 'v0' }],
        portForward: [{ protocol: 'tcp', port: 8080, to: '10.0.0.9:80', in: 'v0' }],
      },
      links: [
        {
          name: 'tap1',
          kind: 'tap',
          mac: '02:00:00:00:00:a1',
          master: 'br0',
          confine: { mac: '02:00:00:00:00:a1', addresses: ['10.0.0.9'], isolated: true },
        },
      ],
    },
  },
  {
    title: 'another firewall',
    start: furnished,
    base: {
      nat: {
        masquerade: [
          { from: '10.0.0.0/24', out: 'v0' },
          { from: 'fd00::/64', out: 'v0' },
        ],
      },
      links: [{ name: 'tap0', kind: 'tap', confine: { mac, addresses: ['10.0.0.9'] } }],
    },
    target: {
      nat: {
        masquerade: [
          { from: '10.0.0.0/24', out: 'v0', absent: true },
          { from: '10.1.0.0/24', out: 'v0' },
        ],
      },
      links: [
        {
          name: 'tap0',
          kind: 'tap',
          confine: { mac, addresses: ['10.0.0.10'], isolated: true, egress: { packets: 500 } },
        },
        { name: 'v1', addresses: ['10.9.0.1/24'] },
      ],
    },
  },
  {
    title: 'no firewall any more',
    start: furnished,
    base: {
      nat: { masquerade: [{ from: '10.0.0.0/24', out: 'v0' }] },
      links: [{ name: 'tap0', kind: 'tap', confine: { mac, addresses: ['10.0.0.9'] } }],
    },
    target: {
      nat: { masquerade: [{ from: '10.0.0.0/24', out: 'v0', absent: true }] },
      links: [{ name: 'tap0', absent: true }],
    },
  },
]
