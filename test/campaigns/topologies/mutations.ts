import fc from 'fast-check'
import type { Model } from './model.js'

/** What somebody does by `ip` to what a snapshot was taken of: nothing that a snapshot could not bring back. */
export function mutationsOf(model: Model): fc.Arbitrary<string[]> {
  const names = model.links.map(({ slot }) => slot.name)
  const all = [
    ...names.flatMap((name) => [
      `link set ${name} txqueuelen 55`,
      `link set ${name} alias changed`,
      `link set ${name} mtu 1290`,
      `link delete ${name}`,
      `address flush dev ${name} scope global`,
      `address add 10.99.0.1/24 dev ${name}`,
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
