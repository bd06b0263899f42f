import test from 'ava'
import { walkAttributes } from '../../src/netlink/attribute.js'
import { Payload } from '../../src/netlink/bytes.js'
import { type Change, interposedKernel, type Verdict } from '../campaigns/interposedKernel.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const RTM_NEWLINK = 16
const IFLA_ADDRESS = 1
const EBUSY = 16

/** A driver that takes no MAC address while the device is up, as many of hardware do; none of the virtual ones does. */
function stubborn(namespace: ReconcileNamespace, link: string, always = false): (change: Change) => Verdict {
  return ({ what, bytes }) => {
    if (what !== RTM_NEWLINK || !bytes) return 'pass'
    const types: number[] = []
    walkAttributes(new Payload(bytes.subarray(32)), (type) => types.push(type))
    const isUp = /[<,]UP[,>]/.test(namespace.sh(`ip link show ${link}`))
    return types.includes(IFLA_ADDRESS) && (isUp || always) ? { errno: EBUSY } : 'pass'
  }
}

const setup =
  'ip link add v0 type veth peer name v1; ip link set v1 up; ip link set v0 address 02:00:00:00:00:01 up;' +
  'ip address add 10.0.0.1/24 dev v0; ip address add fd00::1/64 dev v0 nodad; ip link add br0 type bridge;' +
  'ip route add 10.20.0.0/16 via 10.0.0.9; ip route add fd20::/64 via fd00::9; ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:99 dev v0'
const spec = { links: [{ name: 'v0', mac: '02:00:00:00:00:02' }], rules: [{ priority: 9, table: 9 }] }

test.serial(
  'a MAC address that is refused on a running link is set by one down and up, and what went with it comes back',
  async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh(setup)
    const before = namespace.picture().filter((line) => !line.startsWith('-4 rule'))
    const kernel = interposedKernel({ before: stubborn(namespace, 'v0') })
    // The neighbor goes with the MAC address for a moment, and nothing worse is foreseen.
    t.is((await namespace.plan(spec)).disruption, 'address-gap')
    const report = await namespace.apply(spec, { kernel })
    t.is(report.steps.find(({ id }) => id === 'v0')?.disruption, 'link-bounce')
    const after = namespace.picture().filter((line) => !line.startsWith('-4 rule'))
    t.deepEqual(
      after.map((line) => line.replaceAll('02:00:00:00:00:02', '02:00:00:00:00:01')),
      before,
    )
    t.regex(namespace.sh('ip link show v0'), /02:00:00:00:00:02/)
    t.true((await namespace.plan(spec)).empty)
  },
)

test.serial('it is not taken down where nothing may be interrupted', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(`${setup}; ip neigh delete 10.0.0.9 dev v0`)
  t.is((await namespace.plan(spec)).disruption, 'none')
  const kernel = interposedKernel({ before: stubborn(namespace, 'v0') })
  const error = await namespace.refuses(spec, 'DISRUPTIVE', { kernel, disruption: 'forbid' })
  t.true(error.rollback?.restored)
  t.regex(error.message, /update link v0: mac 02:00:00:00:00:01 -> 02:00:00:00:00:02 \(link-bounce\)/)
})

test.serial('it is undone in the same way when something fails later', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(setup)
  const kernel = interposedKernel({ before: stubborn(namespace, 'v0') })
  const failing = { to: '10.99.0.0/16', via: '10.0.0.9', dev: 'v0', src: '172.31.0.9' }
  const error = await namespace.refuses({ ...spec, routes: [failing] }, 'EINVAL', { kernel })
  t.true(error.rollback?.restored, JSON.stringify(error.rollback))
})

test.serial('what is refused also when it is down fails, and is undone', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(setup)
  const kernel = interposedKernel({ before: stubborn(namespace, 'v0', true) })
  const error = await namespace.refuses(spec, 'EBUSY', { kernel })
  t.true(error.rollback?.restored, error.message)
})
