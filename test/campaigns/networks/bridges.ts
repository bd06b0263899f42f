import fc from 'fast-check'

type Values = Readonly<Record<string, readonly unknown[]>>

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
