import type { LinkSpec, RouteSpec, Spec } from 'linkwright'

/** The prefix of a number, as every contender counts them. */
export function prefixOf(family: string, index: number): string {
  if (family !== '4') return `2001:${(index >>> 16).toString(16)}:${(index & 0xffff).toString(16)}::/48`
  return `${20 + (index >>> 16)}.${(index >>> 8) & 255}.${index & 255}.0/24`
}

/** The gateway that all routes have, but each `every`-th. */
export function gatewayOf(family: string, index: number, every: number): string {
  const last = every > 0 && index % every === 0 ? 3 : 2
  return family === '4' ? `10.0.0.${last}` : `fd00::${last}`
}

/** That many routes, one by one; with `every`, each such one has another gateway. */
export function* routesOf(family: string, count: number, every = 0): Generator<RouteSpec> {
  for (let index = 0; index < count; index++) {
    yield { to: prefixOf(family, index), via: gatewayOf(family, index, every), dev: 'd0' }
  }
}

/** The same routes as text, a line each. */
export function routeText(family: string, count: number): string {
  return linesOf(count, (index) => `${prefixOf(family, index)} via ${gatewayOf(family, index, 0)} dev d0`)
}

/** TAPs that are up, on a bridge that is there. */
export function tapsOf(count: number): Spec {
  const taps = Array.from({ length: count }, (_, index): LinkSpec => {
    return { name: `tap${index}`, kind: 'tap', master: 'br0', up: true }
  })
  return { links: taps }
}

/** The same work as a batch for `ip -batch`. */
export function ipBatch(what: string, family: string, count: number): string {
  const route =
    (verb: string, every = 0) =>
    (index: number) =>
      `route ${verb} ${prefixOf(family, index)} via ${gatewayOf(family, index, every)} dev d0 proto 108`
  if (what === 'add') return linesOf(count, route('add'))
  if (what === 'noop') return linesOf(count, route('replace'))
  if (what === 'change') return linesOf(count, route('replace', 100))
  if (what === 'delete') return linesOf(count, route('del', 100))
  if (what === 'tapsUp') return linesOf(count, (i) => `tuntap add tap${i} mode tap\nlink set tap${i} master br0 up`)
  return linesOf(count, (i) => `link del tap${i}`)
}

function linesOf(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n')
}
