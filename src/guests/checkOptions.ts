import type { Problem } from '../error.js'
import { unknownProperty } from '../netlink/invalidValue.js'
import { isRecord } from '../ownValue.js'
import { invalidSpec } from '../spec/invalidSpec.js'
import { type Allowed, account, flag, integer, maximumInt, oneOf, text, type Values } from '../system/optionValues.js'
import type { GuestNetworkOptions, GuestOptions, GuestSettings } from './options.js'

const object: Values = {
  words: 'an object',
  include: isRecord,
}
const list: Values = { words: 'a list', include: Array.isArray }
const mostGuests = 2 ** 22

/** What is in them is for the schema of the spec to tell, which they become a part of. */
const settings: Allowed<GuestSettings> = {
  host: list,
  isolated: flag,
  ingress: object,
  egress: object,
  owner: account,
  group: account,
}
const ofGuest: Allowed<GuestOptions> = { ...settings, name: text, slot: integer(0, maximumInt), portForward: list }
const guestCount = integer(0, mostGuests)
const ofNetwork: Allowed<GuestNetworkOptions> = {
  ...settings,
  mode: oneOf('bridged', 'routed'),
  subnet: text,
  subnet6: text,
  guests: {
    words: `${guestCount.words}, or a list`,
    include: (value) => Array.isArray(value) || guestCount.include(value),
  },
  slots: object,
  uplink: text,
  bridge: text,
  tapPrefix: text,
  prefixLength: { words: '30 or 31', include: (value) => value === 30 || value === 31 },
  mtu: integer(68, maximumInt),
  nameServers: { words: 'a list of texts', include: (value) => Array.isArray(value) && value.every(text.include) },
}

/** Refuses options that nothing can be made of; whether they go together is told later. */
export function checkGuestOptions(options: GuestNetworkOptions): void {
  const problems = problemsOf(options, ofNetwork, ['mode', 'subnet', 'guests'], '')
  if (problems.length === 0 && typeof options.guests !== 'number') {
    for (const [index, guest] of options.guests.entries())
      if (typeof guest !== 'string') problems.push(...problemsOf(guest, ofGuest, ['name'], `/guests/${index}`))
  }
  if (problems.length > 0) throw invalidSpec(problems)
}

function problemsOf<T>(given: object, allowed: Allowed<T>, needed: readonly string[], at: string): Problem[] {
  if (!object.include(given)) return [{ path: at, message: 'it must be an object' }]
  const values = new Map<string, Values>(Object.entries(allowed))
  const names = new Set([...needed, ...Object.keys(given)])
  return [...names].flatMap((name): Problem[] => {
    const value: unknown = Reflect.get(given, name)
    const known = values.get(name)
    const path = `${at}/${name}`
    if (!known) return [{ path, message: unknownProperty(name, values.keys()).problem }]
    const isGood = value === undefined ? !needed.includes(name) : known.include(value)
    return isGood ? [] : [{ path, message: `${name} must be ${known.words}` }]
  })
}
