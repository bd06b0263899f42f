import type { AnyEncapsulation } from '../../rtnetlink/encapsulation/encapsulation.js'
import { encapsulationTables } from '../../rtnetlink/encapsulation/tables.js'
import { optionWords, words } from './words.js'

/** The words of `ip route` for an encapsulation; one that is only kept has none. */
export function encapsulationWords(encapsulation: AnyEncapsulation | undefined): string | false {
  if (!encapsulation || 'bytes' in encapsulation) return false
  const { type, ...values } = encapsulation
  if (encapsulation.type === 'mpls') {
    const { labels, ttl } = encapsulation
    return words('encap mpls', labels.join('/'), ttl !== undefined && `ttl ${ttl}`)
  }
  if (encapsulation.type === 'seg6') {
    const { mode, segments, hmac } = encapsulation
    return words(`encap seg6 mode ${mode} segs`, segments.join(','), hmac !== undefined && `hmac ${hmac}`)
  }
  const { lines } = encapsulationTables[encapsulation.type]
  const parts = Object.entries(values).map(([name, value]: [string, unknown]) => {
    const line = lines[name]
    return line && name !== 'flags' && optionWords(name, line, value)
  })
  return words(`encap ${type}`, ...parts)
}
