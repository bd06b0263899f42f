// The contender `npm netlink`: that package by itself, its own rtnetlink socket, one request at a time, as its API goes.
//   npmNetlink.js add|dump|noop|change|delete 4|6 COUNT
import { readFileSync } from 'node:fs'
import { createRtNetlink, type rt } from 'netlink'
import { parseAddress } from '../../src/ip/address.js'
import { gatewayOf, prefixOf } from './specs.js'

const [what = '', family = '4', text = '0'] = process.argv.slice(2)
const count = Number(text)
const socket = createRtNetlink()
const links = await socket.getLinks()
const oif = links.find(({ attrs }) => attrs.ifname === 'd0')?.data.index ?? 0
const addressFamily = family === '4' ? 2 : 10
// NLM_F_CREATE with NLM_F_EXCL or NLM_F_REPLACE: include/uapi/linux/netlink.h
const flags = { add: 0x600, replace: 0x500, delete: 0 } as const

const bytesOf = (address: string): Buffer => Buffer.from(parseAddress(address) ?? [])

function routeOf(index: number): { route: rt.Route; attributes: rt.RouteAttrs } {
  const [to = '', length] = prefixOf(family, index).split('/')
  const gateway = gatewayOf(family, index, what === 'change' || what === 'delete' ? 100 : 0)
  const route: rt.Route = {
    family: addressFamily,
    dstLen: Number(length),
    table: 254,
    protocol: 'STATIC',
    type: 'UNICAST',
  }
  return { route, attributes: { dst: bytesOf(to), gateway: bytesOf(gateway), oif } }
}

const wanted = Array.from({ length: what === 'dump' ? 0 : count }, (_, index) => routeOf(index))
const keyOf = (length: number | undefined, to: Buffer | undefined): string => `${length} ${to?.toString('hex')}`

async function reconcile(): Promise<void> {
  const there = new Map<string, string | undefined>()
  for (const { data, attrs } of await dump()) there.set(keyOf(data.dstLen, attrs.dst), attrs.gateway?.toString('hex'))
  for (const { route, attributes } of wanted) {
    if (there.get(keyOf(route.dstLen, attributes.dst)) === attributes.gateway?.toString('hex')) continue
    await socket.newRoute(route, attributes, { flags: flags.replace })
  }
}

async function dump(): Promise<rt.RouteMessage[]> {
  const routes = await socket.getRoutes({ family: addressFamily }, {}, { timeout: 60_000 })
  if (routes.length < count) throw new Error(`${routes.length} routes`)
  return routes
}

const works: Readonly<Record<string, () => Promise<unknown>>> = {
  add: async () => {
    for (const { route, attributes } of wanted) await socket.newRoute(route, attributes, { flags: flags.add })
  },
  delete: async () => {
    for (const { route, attributes } of wanted) await socket.delRoute(route, attributes, { flags: flags.delete })
  },
  dump,
  noop: reconcile,
  change: reconcile,
}

const work = works[what]
if (!work) throw new Error(`no such work: ${what}`)
const start = performance.now()
await work()
const ms = performance.now() - start
const peak = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
console.log(JSON.stringify({ ms, memory: Number(peak) * 1024 }))
socket.socket.close()
