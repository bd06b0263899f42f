import test from 'ava'
import { Network } from '../../src/network/network.js'
import { snapshotAndLeftOut } from '../helpers/leftOutOf.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const setup = [
  'ip link add d0 type veth peer name d1; ip link set d0 up; ip link set d1 up',
  'ip address add 10.9.0.1/24 dev d0 valid_lft 100 preferred_lft 50',
  'ip address add 10.8.0.1/24 dev d0',
  'ip -6 address add 2001:db8::1/64 dev d0 nodad valid_lft 100 preferred_lft 50',
  'ip -6 route add 2001:db8:7::/48 via 2001:db8::2 expires 100',
  'ip -6 route add 2001:db8:8::/48 via 2001:db8::2 proto ra expires 100',
  'ip -6 route add 2001:db8:9::/48 via 2001:db8::2',
].join('; ')

/** IFAPROT_KERNEL_RA: as the kernel makes them of router advertisements, which come again. */
const ofAdvertisement = {
  ...{ address: '2001:db8:1::1/64', dev: 'd0', noDad: true, protocol: 3 },
  ...{ validLifetime: 100, preferredLifetime: 50 },
} as const

/** So many that routes are packed. */
const fill = `seq 0 5999 | awk '{ printf "route add 20.%d.%d.0/24 via 10.8.0.9\\n", $1 / 256, $1 % 256 }' | ip -batch -`

for (const packed of [false, true]) {
  for (const routes of ['list', 'set'] as const) {
    test(`a snapshot tells what it leaves out as it expires: ${routes}${packed ? ' of many' : ''}`, async (t) => {
      const { fd, sh, plan } = reconcileNamespace(t)
      const namespace = { fd }
      sh([setup, ...(packed ? [fill] : [])].join('; '))
      await using network = Network.open({ namespace }).unwrap()
      ;(await network.addresses.add(ofAdvertisement)).unwrap()
      const { spec, leftOut } = await snapshotAndLeftOut(namespace, routes)
      const lasting = [...(spec.routes ?? [])].filter(({ to }) => !to.startsWith('20.'))
      t.deepEqual(
        lasting.map(({ to }) => to),
        ['2001:db8:9::/48'],
      )
      t.deepEqual(spec.links?.find(({ name }) => name === 'd0')?.addresses, ['10.8.0.1/24'])
      t.is(leftOut.length, 3)
      t.true(leftOut.every(({ reason }) => reason === 'expires'))
      const [route, ...addresses] = leftOut
      t.like(route, { route: { to: '2001:db8:7::/48', via: '2001:db8::2', dev: 'd0' } })
      t.like(addresses, [
        { address: { dev: 'd0', address: '10.9.0.1/24' } },
        { address: { dev: 'd0', address: '2001:db8::1/64' } },
      ])
      for (const left of addresses) {
        if (!('address' in left)) return t.fail()
        const { validLifetime, preferredLifetime } = left.address
        t.true(Number(validLifetime) > 40 && Number(validLifetime) <= 100)
        t.true(Number(preferredLifetime) <= 50)
      }
      t.true((await plan(spec)).empty)
    })
  }
}
