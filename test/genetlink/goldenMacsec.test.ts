import test from 'ava'
import type { GenericFamily } from '../../src/genetlink/control.js'
import type { MacsecAssociationAttributes } from '../../src/genetlink/macsec/attributes.js'
import { changeMacsec, type MacsecRequest } from '../../src/genetlink/macsec/messages.js'
import { sciOf } from '../../src/genetlink/macsec/sci.js'
import type { NetlinkMessage } from '../../src/netlink/message.js'
import { attributesOf, compareGolden, goldenContext, readGolden } from '../helpers/golden.js'

const golden = readGolden('macsec')
const context = goldenContext(golden)
const sizeOfHeader = 4
// MACSEC_ATTR_RXSC_CONFIG, MACSEC_ATTR_SA_CONFIG: include/uapi/linux/if_macsec.h
const nested = new Map([
  [2, attributesOf],
  [3, attributesOf],
])

/** The family as it was numbered where the fixture was recorded. */
const family: Pick<GenericFamily, 'id'> = {
  id: Buffer.from(golden.messages[0]?.bytes ?? '', 'hex').readUInt16LE(4),
}

const sci = '0x0200000000020001'
const change = (name: string, request: MacsecRequest): NetlinkMessage =>
  changeMacsec(family, { name }, request, context)
const sent = (action: MacsecRequest['action'], association: MacsecAssociationAttributes): NetlinkMessage =>
  change('ms0', { action, association })
const received = (action: MacsecRequest['action'], association: MacsecAssociationAttributes): NetlinkMessage =>
  change('ms0', { action, sci, association })

test('changes of keys are what ip macsec sends', (t) => {
  compareGolden(
    t,
    golden,
    {
      'macsec add ms0 tx sa 1 pn 1024 on key 01 81818181818181818181818181818181': sent('add', {
        ...{ number: 1, packetNumber: 1024, active: true },
        ...{ keyId: '01', key: '81818181818181818181818181818181' },
      }),
      'macsec add ms1 tx sa 2 xpn 8589934597 salt 838383838383838383838383 ssci 123 off key 0102 81818181818181818181818181818181':
        change('ms1', {
          action: 'add',
          association: {
            ...{ number: 2, packetNumber: 8_589_934_597n, active: false, salt: '838383838383838383838383' },
            ...{ ssci: '0x123', keyId: '0102', key: '81818181818181818181818181818181' },
          },
        }),
      'macsec set ms0 tx sa 0 on': sent('set', { number: 0, active: true }),
      'macsec set ms0 tx sa 0 off': sent('set', { number: 0, active: false }),
      'macsec del ms0 tx sa 0': sent('del', { number: 0 }),
      'macsec add ms0 rx port 1234 address c6:19:52:8f:e6:a0 on': change('ms0', {
        action: 'add',
        sci: sciOf('c6:19:52:8f:e6:a0', 1234),
        active: true,
      }),
      'macsec set ms0 rx sci 0200000000020001 off': change('ms0', { action: 'set', sci, active: false }),
      'macsec add ms0 rx sci 0200000000020001 sa 3 pn 7 on key 00 82828282828282828282828282828282': received('add', {
        ...{ number: 3, packetNumber: 7, active: true },
        ...{ keyId: '00', key: '82828282828282828282828282828282' },
      }),
      'macsec set ms0 rx sci 0200000000020001 sa 0 on': received('set', { number: 0, active: true }),
      'macsec set ms0 rx sci 0200000000020001 sa 0 off': received('set', { number: 0, active: false }),
      'macsec del ms0 rx sci 0200000000020001 sa 0': received('del', { number: 0 }),
      'macsec del ms0 rx sci 0200000000020001': change('ms0', { action: 'del', sci }),
    },
    sizeOfHeader,
    nested,
  )
})
