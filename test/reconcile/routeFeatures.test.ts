import test from 'ava'
import { RouteSet } from '../../src/spec/routeSet.js'
import type { RouteSpec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const to = '10.1.0.0/16'

test("a route's features are what ip shows, each by itself", async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link set lo up')
  const told: readonly (readonly [features: Partial<RouteSpec>, shown: RegExp])[] = [
    [{ tcpUsecTs: true }, /features (tcp_usec_ts|0x10) $/],
    [{ ecn: true }, /features ecn (tcp_usec_ts|0x11) $/],
    [{ tcpUsecTs: false }, /features ecn $/],
    [{ ecn: false }, /link $/],
  ]
  for (const [features, shown] of told) {
    await namespace.converges({ routes: [{ to, dev: 'lo', ...features }] })
    const text = namespace.sh(`ip route show`).trimEnd()
    t.regex(`${text} `, shown)
    const set = (await RouteSet.parse([text])).unwrap()
    t.deepEqual((await namespace.plan({ routes: set })).steps, [])
    const [route] = (await namespace.snapshot()).routes ?? []
    t.deepEqual([...set][0], { ...route, scope: 'link', protocol: '108' })
  }
})

test('features that have no word are told', async (t) => {
  const read = (text: string) => RouteSet.parse([`${to} dev d0 features ${text}`])
  t.regex(String((await read('ecn 0x3')).val), /column 33: the features 0x2 are not known/)
  t.regex(String((await read('fast')).val), /column 29: the feature fast is not known/)
  t.like([...(await read('ecn tcp_usec_ts mtu 1400')).unwrap()], [{ ecn: true, tcpUsecTs: true, mtu: 1400 }])
})
