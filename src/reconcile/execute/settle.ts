import { NetworkError } from '../../error.js'
import type { ListedAddress } from '../../rtnetlink/address.js'
import { RTNLGRP_IPV6_IFADDR, RTNLGRP_LINK } from '../../rtnetlink/constants.js'
import { addressKey } from '../../state/address.js'
import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { observeLinkRecords } from '../observe/observe.js'
import { mostFew, observeFewLinks } from '../observe/observeFew.js'
import type { ApplyOptions } from '../options/options.js'
import type { Place } from '../world/place.js'
import type { World } from '../world/world.js'
import { listenUntil } from './listenUntil.js'

/** How many addresses an error names. */
const mostTold = 10

/** Milliseconds. */
export const defaultDeadline = 10_000

/**
 * Waits until the IPv6 addresses of the spec have passed duplicate address detection, by listening, and with those of a
 * link its link-local one, from which neighbors are asked for. A link without a carrier does none, so that its
 * addresses stay tentative and are not waited for.
 */
export async function settle(
  networks: ReadonlyMap<string, DesiredNetwork>,
  world: World,
  options: ApplyOptions,
): Promise<void> {
  for (const [name, network] of networks) {
    const place = world.places.get(name)
    const wanted = wantedAddresses(network)
    const links = new Set(network.links.filter(isWaitedFor).map((link) => link.name))
    if (place && links.size > 0) {
      const checked = new Set(network.links.filter(isChecked).map((link) => link.name))
      const isWanted: IsWanted = (link, address) => wanted.has(`${link} ${addressKey(address)}`)
      await settlePlace(place, isWanted, options, { links, checked })
    }
  }
}

function isWaitedFor({ addresses = [] }: DesiredLink): boolean {
  return addresses.some(({ address }) => address.includes(':'))
}

/** Whether the kernel looks for others that have one of the addresses. */
function isChecked({ addresses = [] }: DesiredLink): boolean {
  return addresses.some(({ address, noDad, optimistic }) => address.includes(':') && !noDad && !optimistic)
}

/** The IPv6 addresses of a namespace's spec, as `link address`. */
function wantedAddresses(network: DesiredNetwork): Set<string> {
  const wanted = new Set<string>()
  for (const { name, addresses = [] } of network.links) {
    for (const address of addresses) if (address.address.includes(':')) wanted.add(`${name} ${addressKey(address)}`)
  }
  return wanted
}

/** Which addresses are waited for. */
type IsWanted = (link: string, address: ListedAddress) => boolean

/**
 * Waits until the wanted addresses of a namespace have passed duplicate address detection.
 *
 * @param links the links that they are of; left out for any
 * @param checked those of which the link-local address is waited for, too
 */
export async function settlePlace(
  place: Place,
  wanted: IsWanted,
  options: ApplyOptions,
  { links, checked }: { readonly links?: ReadonlySet<string>; readonly checked?: ReadonlySet<string> } = {},
): Promise<void> {
  let left: readonly string[] = []
  const isSettled = async (): Promise<boolean | undefined> => {
    try {
      const few = links && links.size <= mostFew ? await observeFewLinks(place, links, options) : undefined
      left = tentativeOf(few ?? (await observeLinkRecords(place, options)), wanted, checked)
      return left.length === 0
    } catch (error) {
      // Thousands of addresses that pass the check one by one.
      if (error instanceof NetworkError && error.code === 'INCONSISTENT') return undefined
      throw error
    }
  }
  const settled = await listenUntil(place, [RTNLGRP_IPV6_IFADDR, RTNLGRP_LINK], isSettled, {
    timeout: options.settleTimeout ?? defaultDeadline,
    signal: options.signal,
    subject: 'duplicate address detection',
  })
  if (!settled && !(await isSettled())) {
    const more = left.length > mostTold ? ` and ${left.length - mostTold} more` : ''
    const which = `${left.slice(0, mostTold).join(', ')}${more}`
    throw new NetworkError('TIMEOUT', `duplicate address detection did not end in time: ${which}`)
  }
}

/** The wanted addresses that are being checked; one that failed the check is an error. */
function tentativeOf(links: NetworkState['links'], wanted: IsWanted, checked?: ReadonlySet<string>): string[] {
  const tentative: string[] = []
  for (const { link, addresses } of links.values()) {
    for (const address of addresses) {
      const isWanted = wanted(link.name, address)
      if (!isWanted && !(checked?.has(link.name) && address.scope === 'link')) continue
      if (address.dadFailed && isWanted) {
        throw new NetworkError(
          'NOT_APPLIED',
          `address ${address.address} dev ${link.name}: another host has it already`,
          {
            object: `address ${address.address} dev ${link.name}`,
          },
        )
      }
      if (address.tentative && !address.dadFailed && link.up && link.carrier)
        tentative.push(`${address.address} dev ${link.name}`)
    }
  }
  return tentative
}
