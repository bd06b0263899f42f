import type { Problem } from '../error.js'
import type { GuestNetworkOptions, GuestOptions } from './options.js'

/** A guest with its place. */
export interface PlacedGuest extends GuestOptions {
  readonly slot: number
}

/** The guests as a list. */
function listed(guests: GuestNetworkOptions['guests']): readonly GuestOptions[] {
  if (typeof guests === 'number') return Array.from({ length: guests }, (_, index) => ({ name: `guest${index}` }))
  return guests.map((guest) => (typeof guest === 'string' ? { name: guest } : guest))
}

/**
 * Gives each guest a place: the one that it names, else the one that it had, else the first that is free. Nobody's place
 * depends on who comes or goes later.
 */
export function placeGuests(options: GuestNetworkOptions, limit: number, problems: Problem[]): PlacedGuest[] {
  const guests = listed(options.guests)
  const kept = options.slots ?? {}
  const taken = new Map<number, string>()
  const names = new Set<string>()
  const slots = new Map<GuestOptions, number>()
  for (const [index, guest] of guests.entries()) {
    const path = `/guests/${index}`
    if (names.has(guest.name)) problems.push({ path: `${path}/name`, message: `${guest.name} is listed twice` })
    names.add(guest.name)
    const slot = guest.slot ?? (Object.hasOwn(kept, guest.name) ? kept[guest.name] : undefined)
    if (slot === undefined) continue
    const other = taken.get(slot)
    if (!Number.isInteger(slot) || slot < 0 || slot >= limit) {
      problems.push({ path: `${path}/slot`, message: `${slot} is not a place from 0 to ${limit - 1}` })
    } else if (other !== undefined) {
      problems.push({ path: `${path}/slot`, message: `place ${slot} is that of ${other} already` })
    }
    taken.set(slot, guest.name)
    slots.set(guest, slot)
  }
  let next = 0
  for (const guest of guests) {
    if (slots.has(guest)) continue
    while (taken.has(next)) next++
    taken.set(next, guest.name)
    slots.set(guest, next)
  }
  if (taken.size > 0 && Math.max(...taken.keys()) >= limit && problems.length === 0) {
    problems.push({ path: '/guests', message: `${guests.length} guests do not fit; the subnet has room for ${limit}` })
  }
  return guests.map((guest) => ({ ...guest, slot: slots.get(guest) ?? 0 }))
}
