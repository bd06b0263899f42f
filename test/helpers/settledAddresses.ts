import type { TestNamespace } from './namespace.js'

interface Shown {
  readonly ifname?: string
  readonly flags?: readonly string[]
  readonly addr_info?: readonly {
    readonly local?: string
    readonly tentative?: boolean
    readonly dadfailed?: boolean
  }[]
}

const attempts = 20
const pause = 50
const never = new Int32Array(new SharedArrayBuffer(4))

/**
 * Waits, a second at most, until each IPv6 address has its local route, which a work queue gives it once nobody else is
 * found to have the address (net/ipv6/addrconf.c, addrconf_dad_work).
 */
export function untilAddressesSettle({ sh }: Pick<TestNamespace, 'sh'>): void {
  for (let attempt = 1; attempt < attempts && !areSettled(sh); attempt++) Atomics.wait(never, 0, 0, pause)
}

function areSettled(sh: TestNamespace['sh']): boolean {
  const [links = '', routes = ''] = sh('ip -j -6 address; echo @; ip -j -6 route show table all type local').split('@')
  const shown: readonly Shown[] = JSON.parse(links.trim() || '[]')
  const local: readonly { readonly dst?: string; readonly dev?: string }[] = JSON.parse(routes.trim() || '[]')
  const known = new Set(local.map(({ dst, dev }) => `${dst} ${dev}`))
  return shown.every(({ ifname, flags = [], addr_info: addresses = [] }) => {
    // Without a carrier nobody can be asked.
    if (!flags.includes('UP') || !flags.includes('LOWER_UP')) return true
    return addresses.every((own) => own.dadfailed || (!own.tentative && known.has(`${own.local} ${ifname}`)))
  })
}
