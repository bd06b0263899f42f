import test from 'ava'
import { newLink, setLink } from '../../src/rtnetlink/linkMessages.js'
import { compareGolden, goldenContext, readGolden } from '../helpers/golden.js'
import { ifinfomsgSize, nestedInLinks } from '../helpers/goldenLink.js'

const golden = readGolden('netkit')
const context = goldenContext(golden)

test('pairs of netkit and of CAN interfaces are what ip sends', (t) => {
  compareGolden(
    t,
    golden,
    {
      'link add nk0 type netkit peer name nk1': newLink(
        { name: 'nk0', kind: 'netkit', netkit: { peer: { name: 'nk1' } } },
        context,
      ),
      'link add nk0 type netkit mode l2 blackhole scrub none peer blackhole scrub none name nk1 address 02:00:00:00:00:09 mtu 1400':
        newLink(
          {
            name: 'nk0',
            kind: 'netkit',
            netkit: {
              mode: 'l2',
              policy: 'blackhole',
              scrub: 'none',
              peerPolicy: 'blackhole',
              peerScrub: 'none',
              peer: { name: 'nk1', mac: '02:00:00:00:00:09', mtu: 1400 },
            },
          },
          context,
        ),
      'link set v0 type netkit forward peer blackhole': setLink(
        { index: context.linkIndex('v0') },
        { kind: 'netkit', netkit: { policy: 'forward', peerPolicy: 'blackhole' } },
        context,
      ),
      'link add vc0 type vxcan peer name vc1': newLink(
        { name: 'vc0', kind: 'vxcan', vxcan: { peer: { name: 'vc1' } } },
        context,
      ),
      'link add vc0 type vcan': newLink({ name: 'vc0', kind: 'vcan' }, context),
    },
    ifinfomsgSize,
    nestedInLinks,
  )
})
