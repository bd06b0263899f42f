import test from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const mac = '02:00:00:00:00:09'
const wrong: readonly (readonly [string, Spec, string])[] = [
  ['a link that is no port', { fdb: [{ dev: 'v0', mac }] }, '/fdb/0/dev'],
  ['a port that leaves', { links: [{ name: 'v1', master: null }], fdb: [{ dev: 'v1', mac }] }, '/fdb/0/dev'],
  ['a group on what is no port', { mdb: [{ dev: 'br0', port: 'v0', group: '239.1.1.1' }] }, '/mdb/0/port'],
  ['a group on a port of another one', { mdb: [{ dev: 'br1', port: 'v1', group: '239.1.1.1' }] }, '/mdb/0/port'],
]
for (const [what, spec, path] of wrong) {
  test(`an entry of a bridge for ${what} is refused before anything is done`, async (t) => {
    const host = reconcileNamespace(t)
    host.sh('ip link add br0 type bridge; ip link add br1 type bridge; ip link add v0 type veth peer name v1')
    host.sh('ip link set v1 master br0; ip link set br0 up; ip link set br1 up; ip link set v0 up; ip link set v1 up')
    const { problems } = await host.refuses(
      { ...spec, links: [{ name: 't0', kind: 'tap' }, ...(spec.links ?? [])] },
      'INVALID_SPEC',
    )
    t.deepEqual(
      problems?.map((problem) => problem.path),
      [path],
    )
    await host.converges({
      links: [{ name: 'v0', master: 'br1' }],
      fdb: [
        { dev: 'v0', mac },
        { dev: 'v1', mac },
        { dev: 'br0', mac: '02:00:00:00:00:0a' },
      ],
      mdb: [{ dev: 'br1', port: 'v0', group: '239.1.1.1' }],
    })
    t.regex(host.sh('bridge fdb show dev v0'), new RegExp(`${mac} master br1 static`))
  })
}
