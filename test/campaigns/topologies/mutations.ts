import fc from 'fast-check'
import type { Model } from './model.js'

/**
 * What somebody does by `ip` to what a snapshot was taken of. A snapshot leaves out what a new link has anyway, and an
 * empty list of addresses, so that it cannot bring these back: only what differs from the defaults is changed.
 */
export function mutationsOf(model: Model): fc.Arbitrary<string[]> {
  const all = [
    ...model.links.flatMap(({ slot: { name }, queue, alias, addresses }) => [
      ...(queue === 1000 ? [] : [`link set ${name} txqueuelen 55`]),
      ...(alias === undefined ? [] : [`link set ${name} alias changed`]),
      ...(addresses.length === 0
        ? []
        : [`address flush dev ${name} scope global`, `address add 10.99.0.1/24 dev ${name}`]),
      `link set ${name} mtu 1290`,
      `link delete ${name}`,
      `link set ${name} nomaster`,
      `link set ${name} down`,
    ]),
    ...model.routes.map(
      ({ to, metric, table }) => `${to.includes(':') ? '-6 ' : ''}route delete ${to} metric ${metric} table ${table}`,
    ),
    ...model.rules.map(({ priority, from }) => `rule delete priority ${priority} from ${from}`),
    ...model.neighbors.map(({ dev, address }) => `neighbor delete ${address} dev ${dev}`),
  ]
  return all.length === 0 ? fc.constant([]) : fc.uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 5 })
}
