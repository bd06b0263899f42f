import test from 'ava'
import { reconcileNamespace } from '../helpers/reconcile.js'

test('routes and rules that were read before are read anew where they, or the names of links, have changed', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1; ip link set v0 up; ip address add 10.0.0.1/24 dev v0')
  namespace.sh('ip route add 10.9.0.0/16 via 10.0.0.2; ip rule add priority 300 table 77')
  const seen = async () => {
    const { routes, rules } = await namespace.snapshot()
    return { routes, rules: rules?.filter(({ priority }) => priority === 300) }
  }
  const first = await seen()
  t.like(first, { routes: [{ to: '10.9.0.0/16', via: '10.0.0.2', dev: 'v0' }], rules: [{ table: 77 }] })
  t.deepEqual(await seen(), first)
  namespace.sh('ip link set v0 name v9')
  t.like(await seen(), { routes: [{ to: '10.9.0.0/16', dev: 'v9' }] })
  namespace.sh('ip route change 10.9.0.0/16 via 10.0.0.3; ip rule del priority 300; ip rule add priority 300 table 78')
  t.like(await seen(), { routes: [{ via: '10.0.0.3', dev: 'v9' }], rules: [{ table: 78 }] })
  namespace.sh('ip route del 10.9.0.0/16; ip rule del priority 300')
  const { routes = [], rules = [] } = await seen()
  t.deepEqual([...routes, ...rules], [])
})
