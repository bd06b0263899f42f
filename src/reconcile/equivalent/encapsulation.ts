import type { AnyEncapsulation } from '../../rtnetlink/encapsulation/encapsulation.js'
import type { Seg6Flavors } from '../../rtnetlink/encapsulation/flavors.js'
import type { IpEncapsulationOptions } from '../../rtnetlink/encapsulation/ipOptions.js'
import { encapsulationTables } from '../../rtnetlink/encapsulation/tables.js'
import { optionWords } from './options.js'
import { words } from './words.js'

/** The words of `ip route` for an encapsulation; one that is only kept has none. */
export function encapsulationWords(encapsulation: AnyEncapsulation | undefined): string | false {
  if (!encapsulation || 'bytes' in encapsulation) return false
  const { type, ...values } = encapsulation
  if (encapsulation.type === 'mpls') {
    const { labels, ttl } = encapsulation
    return words('encap mpls', labels.join('/'), ttl !== undefined && `ttl ${ttl}`)
  }
  if (encapsulation.type === 'seg6') {
    const { mode, segments, hmac, src, table } = encapsulation
    return words(
      `encap seg6 mode ${mode} segs`,
      segments.join(','),
      hmac !== undefined && `hmac ${hmac}`,
      src !== undefined && `tunsrc ${src}`,
      table !== undefined && `lookup ${table}`,
    )
  }
  const { lines } = encapsulationTables[encapsulation.type]
  const parts = Object.entries(values).map(([name, value]: [string, unknown]) => {
    const line = lines[name]
    return line && !withOwnWords.has(name) && optionWords(name, line, value)
  })
  return words(
    `encap ${type}`,
    ...parts,
    'options' in encapsulation && encapsulation.options && optionsWords(encapsulation.options),
    'flavors' in encapsulation && encapsulation.flavors && flavorWords(encapsulation.flavors),
  )
}

/** `ip` has no word for the flags. */
const withOwnWords: ReadonlySet<string> = new Set(['flags', 'options', 'flavors'])

function optionsWords({ vxlan, erspan }: IpEncapsulationOptions): string {
  if (!erspan) return words(vxlan && `vxlan_opts ${vxlan.gbp}`)
  const { version, index = 0, direction, hardwareId = 0 } = erspan
  return words('erspan_opts', [version, index, direction === 'egress' ? 1 : 0, hardwareId].join(':'))
}

function flavorWords({ operations, locatorBlockLength: block, nodeFunctionLength: node }: Seg6Flavors): string {
  return words('flavors', operations.join(','), block && `lblen ${block}`, node && `nflen ${node}`)
}
