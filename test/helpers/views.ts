import type { TestNamespace } from './namespace.js'
import { pause } from './pause.js'

/** What `ip -j` prints. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** What `ip` shows of a namespace. */
interface Shown {
  /** The objects of each view, by its command. */
  readonly views: ReadonlyMap<string, readonly Json[]>
  /** Of IPv4, and of IPv6. */
  readonly forwarding: string
}

const addresses = 'address'
const routes6 = '-6 route show table all'
const commands = [
  addresses,
  '-4 route show table all',
  routes6,
  'nexthop',
  '-4 rule',
  '-6 rule',
  'neighbor show nud all',
  'neighbor show proxy',
]

// Each command prints a line, so that one process serves all of a family: starting processes takes longest.
const batches = ['-4', '-6', ''].map((family) => ({
  family,
  served: commands.filter((view) => (/^-\d/.exec(view)?.[0] ?? '') === family),
}))
const served = batches.flatMap((batch) => batch.served)
const script = [
  ...batches.map(({ family, served: views }) => {
    const lines = views.map((view) => view.replace(/^-\d /, ''))
    return `ip ${family} -j -d -force -batch - <<'END'\n${lines.join('\n')}\nEND`
  }),
  'read ipv4 </proc/sys/net/ipv4/ip_forward',
  'read ipv6 </proc/sys/net/ipv6/conf/all/forwarding',
  'echo $ipv4 $ipv6',
].join('\n')

const attempts = 20
const pauseBetween = 50

/**
 * Has `ip` show a namespace, and waits, a second at most, until what work queues do is done: a link with a carrier is
 * told of it, and gets its multicast route with the first one (net/core/link_watch.c, linkwatch_do_dev), and an IPv6
 * address gets its local route once nobody else is found to have it (net/ipv6/addrconf.c, addrconf_dad_work).
 */
export function settledViews(namespace: Pick<TestNamespace, 'sh'>): Shown {
  for (let attempt = 1; ; attempt++) {
    const shown = show(namespace)
    if (attempt === attempts || areSettled(shown)) return shown
    pause(pauseBetween)
  }
}

/** What `ip` shows of links and their addresses. */
export function linkViews(namespace: Pick<TestNamespace, 'sh'>): Shown {
  return { views: new Map([[addresses, JSON.parse(namespace.sh(`ip -j -d ${addresses}`))]]), forwarding: '' }
}

function show({ sh }: Pick<TestNamespace, 'sh'>): Shown {
  const lines = sh(script).trim().split('\n')
  const views = commands.map((view): [string, Json[]] => [view, JSON.parse(lines[served.indexOf(view)] ?? '')])
  return { views: new Map(views), forwarding: lines.at(-1) ?? '' }
}

function areSettled({ views }: Shown): boolean {
  const local = (views.get(routes6) ?? []).filter((route) => of(route, 'type') === 'local')
  const known = new Set(local.map((route) => `${of(route, 'dst')} ${of(route, 'dev')}`))
  return (views.get(addresses) ?? []).every((link) => {
    const flags = of(link, 'flags')
    // Without a carrier nobody can be asked.
    if (!Array.isArray(flags) || !flags.includes('UP') || !flags.includes('LOWER_UP')) return true
    if (of(link, 'operstate') === 'DOWN' || of(link, 'operstate') === 'LOWERLAYERDOWN') return false
    const own = of(link, 'addr_info')
    return !Array.isArray(own) || own.every((one) => isSettled(one, of(link, 'ifname'), known))
  })
}

function isSettled(address: Json, link: Json | undefined, known: ReadonlySet<string>): boolean {
  if (of(address, 'family') !== 'inet6' || of(address, 'dadfailed')) return true
  return !of(address, 'tentative') && known.has(`${of(address, 'local')} ${link}`)
}

function of(value: Json, name: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object(value)[name] : undefined
}
