import type { LinkSpec } from '../../../src/spec/types.js'
import { blue } from '../corpus/index.js'
import { wholeBridge, wholePort } from './bridges.js'
import { addressesOf } from './entries.js'
import { featuresOf, wholeFeatures } from './features.js'
import { confinementOf } from './firewall.js'
import { type LinkItem, nameOf } from './model.js'
import { externalOptions, generalProperties, optionsOf, portOptions, settings } from './options.js'
import { waiting, wholeWaiting } from './qdiscs.js'
import { rareOptions } from './rareSlots.js'
import { choice, type Names, name, optional, said } from './said.js'
import { followsMaster, macOf, masterKindOf, numberOf, roomOf, type Slot, slotOf } from './slots.js'

/** How a link is known that has another name than before. */
export function matchOf(link: LinkItem, former: string | undefined): Pick<LinkSpec, 'match'> {
  const { slot, mac } = link
  if (former === undefined || former === nameOf(link) || mac === undefined) return {}
  return { match: { mac: macOf(slot, mac) } }
}

/** A link of a network as a spec; `whole` writes everything out. */
export function linkSpec(link: LinkItem, names: Names, whole: boolean): LinkSpec {
  const { slot, up, mtu, mac, isPort, addresses, altNames } = link
  const {
    kind,
    lower,
    both,
    master,
    peer,
    leads,
    isExternal,
    isLayer3 = false,
    hasLowerMac = false,
    end,
  } = slotOf(slot)
  const own = name(names, slot)
  const number = numberOf(slot)
  const { arp, ...general } = generalOf(link, whole)
  // Of a pair one end tells what both do.
  const isLed = peer !== undefined && !leads
  const options = {
    ...(kind === 'vxlan' && !isExternal ? { id: number * 10 } : {}),
    ...(isExternal
      ? externalOptions[(link.options ?? 0) % externalOptions.length]
      : isLed
        ? {}
        : said(optionsOf[kind], link.options ?? optionsUnsaid(kind), whole)),
    ...(kind === 'bridge' ? bridgeOf(link, whole) : {}),
    ...(lower === undefined ? {} : { link: name(names, lower) }),
    ...(both ? { slave1: name(names, both[0]), slave2: name(names, both[1]) } : {}),
    ...(end === 'near' ? { peer: { name: 'eth0', namespace: blue } } : {}),
    ...(leads ? { peer: { name: name(names, peer ?? '') } } : {}),
  }
  const list = addresses ?? (whole ? [] : undefined)
  const wholeMac = whole && !followsMaster(link) ? 1 : undefined
  const wholeMtu = whole ? 1400 - roomOf(kind) : undefined
  return {
    name: own,
    ...(end === 'far' ? {} : { kind, [kind]: kind === 'vxlan' && !isExternal ? ownId(options, number) : options }),
    up,
    ...optional('mtu', mtu ?? wholeMtu),
    ...(isLayer3 || hasLowerMac
      ? {}
      : optional(
          'mac',
          choice(mac ?? wholeMac, (one) => macOf(slot, one)),
        )),
    ...general,
    ...waitingOf(link, whole),
    ...(whole || link.features !== undefined ? { features: featuresSaid(link, whole) } : {}),
    ...optional('confine', choice(link.confine, (place) => confinementOf(slot, place)) ?? (whole ? null : undefined)),
    ...(isLayer3 || arp === undefined ? {} : { arp }),
    ...(master === undefined ? {} : { master: isPort ? name(names, master) : null }),
    ...(isPort ? portOf(link, whole) : {}),
    ...optional(
      'addresses',
      choice(list, (places) => places.flatMap((place) => addressesOf(slot, own)[place] ?? [])),
    ),
    ...optional(
      'altNames',
      choice(altNames ?? (whole ? [] : undefined), (places) => places.map((place) => `${slot}-alt-${place}`)),
    ),
    ...(whole || link.settings !== undefined ? { sysctl: settingsOf(link, whole) } : {}),
  }
}

/** The place of what is said where nothing is: many of the rare kinds need something. */
function optionsUnsaid(kind: Slot['kind']): number | undefined {
  return kind in rareOptions ? 1 : undefined
}

/** Two VXLANs have not the same identifier. */
function ownId(options: { readonly id?: unknown }, number: number): object {
  return { ...options, id: number * 10 + (Number(options.id ?? 0) % 10) }
}

function bridgeOf({ tuning }: LinkItem, whole: boolean): object {
  return {
    ...(whole ? wholeBridge : {}),
    ...tuning,
  }
}

function portOf({ slot, port, portTuning }: LinkItem, whole: boolean): object {
  const kind = masterKindOf(slot) ?? 'bridge'
  const table = portOptions[kind]
  if (table === undefined) return {}
  const tuning = kind === 'bridge' ? { ...(whole ? wholePort : {}), ...portTuning } : {}
  return {
    [`${kind}Port`]: {
      ...said(
        table,
        choice(port, (place) => place % table.length),
        whole,
      ),
      ...tuning,
    },
  }
}

function generalOf({ general }: LinkItem, whole: boolean): Partial<LinkSpec> {
  return said(generalProperties, general, whole)
}

function waitingOf({ waiting: place }: LinkItem, whole: boolean): Partial<LinkSpec> {
  if (whole) return wholeWaiting[(place ?? 0) % wholeWaiting.length] ?? {}
  return place === undefined ? {} : (waiting[place] ?? {})
}

function featuresSaid({ slot, features: place }: LinkItem, whole: boolean): NonNullable<LinkSpec['features']> {
  const { kind } = slotOf(slot)
  return { ...(whole ? wholeFeatures(kind) : {}), ...(place === undefined ? {} : featuresOf(kind, place)) }
}

function settingsOf({ settings: place }: LinkItem, whole: boolean): NonNullable<LinkSpec['sysctl']> {
  const chosen = place === undefined ? {} : (settings[place] ?? {})
  if (!whole) return chosen
  const all = settings[0] ?? {}
  return { ipv4: { ...all.ipv4, ...chosen.ipv4 }, ipv6: { ...all.ipv6, ...chosen.ipv6 } }
}
