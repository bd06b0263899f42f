import { Network } from '../../src/network/network.js'
import { testWithVlans } from '../helpers/bridge.js'
import { ok } from '../helpers/network.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const vlans = 4000
const added = 2000

interface Entry {
  readonly mac: string
  readonly dev?: string | number
  readonly vlan?: number
}

const keyOf = ({ mac, dev, vlan }: Entry): string => `${mac} ${dev} ${vlan}`

// A bridge has an entry for the address of each port in each of its VLANs.
const furnish = `
ip link add br0 type bridge vlan_filtering 1 vlan_default_pvid 0
for port in tap0 tap1; do
  ip tuntap add $port mode tap && ip link set $port master br0 up && bridge vlan add dev $port vid 2-${vlans + 1}
done
for number in $(seq 2 ${added + 1}); do
  printf 'fdb add 02:07:00:00:%02x:%02x dev tap1 master static vlan %d\\n' $((number / 256)) $((number % 256)) $number
done | bridge -batch -`

testWithVlans(
  'a forwarding database of ten thousand entries is listed whole; a snapshot has those that somebody added',
  async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh(furnish)
    const network = ok(Network.open({ namespace: { fd: namespace.fd } }))
    t.teardown(() => network.close())
    const shown: (Entry & { ifname: string; master?: string })[] = JSON.parse(namespace.sh('bridge -j fdb show br br0'))
    const wanted = shown
      .filter(({ master }) => master === 'br0')
      .map(({ ifname, ...entry }) => keyOf({ ...entry, dev: ifname }))
    t.true(wanted.length >= 2 * vlans + added, `${wanted.length} entries`)
    for (const query of [{ master: 'br0' }, {}]) {
      const start = performance.now()
      const listed = ok(await network.fdb.list(query))
      t.log(`${listed.length} entries in ${Math.round(performance.now() - start)} ms`)
      const ofBridge = listed.filter(({ master }) => master === 'br0')
      t.is(ofBridge.length, wanted.length)
      const keys = new Set(ofBridge.map(keyOf))
      t.deepEqual(
        wanted.filter((key) => !keys.has(key)),
        [],
      )
    }
    const start = performance.now()
    const { fdb = [] } = await namespace.snapshot()
    t.log(`snapshot in ${Math.round(performance.now() - start)} ms`)
    t.is(fdb.length, added)
    const keys = new Set(fdb.map(keyOf))
    t.is(wanted.filter((key) => keys.has(key)).length, added)
  },
)
