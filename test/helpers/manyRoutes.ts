import type { RouteSpec } from '../../src/spec/types.js'

/** Many routes of both families, the last ones first: 15 of 16 IPv4. */
export function* manyRoutes(count: number, last = '254'): Generator<RouteSpec> {
  for (let number = count - 1; number >= 0; number--) {
    const [high, low] = [number >> 8, number & 0xff]
    yield number % 16 === 0
      ? { to: `fd${(high + 16).toString(16)}:${(low + 1).toString(16)}::/48`, via: `fd00::${last}`, dev: 'br0' }
      : { to: `20.${high}.${low}.0/24`, via: `10.0.0.${last}`, ...(number % 3 === 0 ? { metric: 7 } : {}) }
  }
}

/** What the routes of {@link manyRoutes} hang on. */
export const manyRoutesStage = [
  'ip link add br0 type bridge',
  'ip link set br0 up',
  'ip address add 10.0.0.1/24 dev br0',
  'ip address add fd00::1/64 dev br0 nodad',
].join(' && ')
