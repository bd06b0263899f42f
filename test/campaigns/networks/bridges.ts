import fc from 'fast-check'
import { probed } from './probed.js'

type Values = Readonly<Record<string, readonly unknown[]>>

const hasVlans = probed.others.has('vlanFiltering')
const untagged = { pvid: true, untagged: true }

/** What is said of VLANs, in the same way as all of it below. */
const vlansOfBridge: Values = {
  vlanFiltering: [false, true, true],
  vlanProtocol: ['802.1Q', '802.1ad'],
  vlanStats: [false, true],
  vlans: [[{ id: 1, ...untagged }], [], [10, '20-22'], [{ id: 5, ...untagged }, 1]],
}
const vlansOfPort: Values = {
  vlanTunnel: [false, true],
  vlans: [
    [{ id: 1, ...untagged }],
    [],
    [10, { id: 5, ...untagged }],
    ['100-200', { id: 1, untagged: true }],
    [
      { id: '100-120', tunnelId: 1000 },
      { id: 1, ...untagged },
    ],
    [
      { id: 10, state: 'blocking' },
      { id: 11, multicastRouter: 2 },
    ],
  ],
}

/** What bridges can have said of them; the first value of each is that of a new one. */
const ofBridge: Values = {
  helloTime: [2, 1, 3.5],
  maxAge: [20, 10],
  groupAddress: ['01:80:c2:00:00:00', '01:80:c2:00:00:0d'],
  multicastRouter: [1, 0, 2],
  multicastQueryUseInterfaceAddress: [false, true],
  multicastQuerier: [false, true],
  multicastHashMaximum: [4096, 512],
  multicastStats: [false, true],
  multicastLastMemberCount: [2, 3],
  multicastStartupQueryCount: [2, 4],
  multicastLastMemberInterval: [1, 2.5],
  multicastMembershipInterval: [260, 130],
  multicastQuerierInterval: [255, 128],
  multicastQueryInterval: [125, 60],
  multicastQueryResponseInterval: [10, 5],
  multicastStartupQueryInterval: [31.25, 20],
  multicastIgmpVersion: [2, 3],
  multicastMldVersion: [1, 2],
  noLinkLocalLearn: [false, true],
  fdbLocalVlan0: [false, true],
  fdbMaximumLearned: [0, 100],
  mdbOffloadFailNotification: [false, true],
  ...(hasVlans ? vlansOfBridge : {}),
}

/** The same of ports. */
const ofPort: Values = {
  rootBlock: [false, true],
  fastLeave: [false, true],
  proxyArp: [false, true],
  proxyArpWifi: [false, true],
  multicastRouter: [1, 0, 2],
  multicastFlood: [true, false],
  multicastToUnicast: [false, true],
  broadcastFlood: [true, false],
  groupForwardMask: [0, 8],
  neighborSuppress: [false, true],
  multicastEhtHostsLimit: [512, 64],
  multicastMaximumGroups: [0, 50],
  locked: [false, true],
  ...(hasVlans ? vlansOfPort : {}),
}

/** What is said by which name. */
export type Said = Readonly<Record<string, unknown>>

function someOf(values: Values): fc.Arbitrary<Said> {
  const arbitraries = Object.entries(values).map(([name, choices]) => [name, fc.constantFrom(...choices)])
  const record: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(arbitraries)
  return fc
    .record({ names: fc.subarray(Object.keys(values), { maxLength: 6 }), all: fc.record(record) })
    .map(({ names, all }) => Object.fromEntries(names.map((name) => [name, all[name]])))
}

function firstOf(values: Values): Said {
  return Object.fromEntries(Object.entries(values).map(([name, [first]]) => [name, first]))
}

/** Some options of a bridge, and of a port, at any values. */
export const bridgeTuning: fc.Arbitrary<Said> = someOf(ofBridge)
export const portTuning: fc.Arbitrary<Said> = someOf(ofPort)

/** What is said where everything is. */
export const wholeBridge: Said = firstOf(ofBridge)
export const wholePort: Said = firstOf(ofPort)
