import type { MacsecAssociation } from '../genetlink/macsec/configuration.js'
import { sciOfChannel } from '../genetlink/macsec/sci.js'
import { keyDigits } from '../genetlink/macsec/suite.js'
import type { Path } from './pointer.js'
import type { Report } from './report.js'
import type { LinkSpec } from './types.js'

/** What is wrong with a MACsec link. No message shows a key. */
export function macsecProblems({ macsec }: LinkSpec, at: Path, report: Report): void {
  if (!macsec) return
  const { sci, sendSci, transmitAssociations = [], receiveChannels = [], cipherSuite } = macsec
  const place = [...at, 'macsec']
  // drivers/net/macsec.c, macsec_newlink
  if (sci !== undefined && sendSci === false) report([...place, 'sci'], 'an sci of its own goes with sendSci alone')
  associationProblems(transmitAssociations, cipherSuite, [...place, 'transmitAssociations'], report)
  const channels = new Set<string>()
  for (const [index, channel] of receiveChannels.entries()) {
    const where = [...place, 'receiveChannels', index]
    const isSplit = channel.mac !== undefined || channel.port !== undefined
    const name = sciOfChannel(channel)
    if (name === undefined || (channel.sci !== undefined && isSplit)) {
      report(where, 'a channel is named by sci, or by mac and port')
    } else if (channels.has(name)) report(where, `the channel ${name} is listed twice`)
    if (name !== undefined) channels.add(name)
    associationProblems(channel.associations ?? [], cipherSuite, [...where, 'associations'], report)
  }
}

function associationProblems(
  associations: readonly MacsecAssociation[],
  cipherSuite: string | undefined,
  at: Path,
  report: Report,
): void {
  const numbers = new Set<number>()
  for (const [index, association] of associations.entries()) {
    const { number, key, keyFile, keyId, packetNumber = 1, ssci, salt } = association
    const place = [...at, index]
    if (numbers.has(number)) report([...place, 'number'], `the association ${number} is listed twice`)
    numbers.add(number)
    if (key !== undefined && keyFile !== undefined) report(place, 'only one of key and keyFile can be given')
    if ((key ?? keyFile) !== undefined && keyId === undefined) {
      report(place, 'a key needs its keyId, which is all that the kernel tells of it')
    }
    const isExtended = ssci !== undefined || salt !== undefined
    if (!isExtended && packetNumber > 0xffffffff) {
      report([...place, 'packetNumber'], 'more than 32 bits take an extended packet number, with ssci and salt')
    }
    suiteProblems(association, cipherSuite, place, report)
  }
}

/** What does not go with the cipher suite, where that is stated, too: drivers/net/macsec.c, macsec_add_txsa. */
function suiteProblems(
  { key, ssci, salt }: MacsecAssociation,
  cipherSuite: string | undefined,
  place: Path,
  report: Report,
): void {
  if (cipherSuite === undefined) return
  const digits = keyDigits(cipherSuite)
  if (key !== undefined && key.length !== digits)
    report([...place, 'key'], `the key of ${cipherSuite} has ${digits} digits`)
  const isExtended = cipherSuite.includes('xpn')
  for (const [name, value] of Object.entries({ ssci, salt })) {
    if (value !== undefined && !isExtended) report([...place, name], `${cipherSuite} takes no ${name}`)
    if (value === undefined && isExtended && key !== undefined)
      report(place, `a key of ${cipherSuite} takes its ${name}`)
  }
}
