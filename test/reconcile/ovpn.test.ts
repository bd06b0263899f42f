import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import test from 'ava'
import { failure, ok, openNetwork } from '../helpers/network.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const aliases = `/lib/modules/${release()}/modules.alias`

/** Whether the module is there, or can be loaded. A link of the kind does not load it. */
const isThere =
  existsSync('/sys/module/ovpn') ||
  (existsSync(aliases) && readFileSync(aliases, 'utf8').includes('alias net-pf-16-proto-16-family-ovpn ovpn'))

const spec = { links: [{ name: 'ovpn0', kind: 'ovpn', ovpn: { mode: 'mp' } }] } as const

test.serial('a device of ovpn is made though nothing has loaded its module, or is refused by the plan', async (t) => {
  const namespace = reconcileNamespace(t)
  if (!isThere) {
    const error = await namespace.refuses(spec, 'UNSUPPORTED')
    t.is(error.path, '/links/0/kind')
    return
  }
  await namespace.converges(spec)
  t.regex(namespace.sh('ip -d link show dev ovpn0'), /ovpn/)
})

test.serial('one by one, too', async (t) => {
  const { network } = openNetwork(t)
  const made = await network.links.create({ name: 'ovpn0', kind: 'ovpn', ovpn: { mode: 'mp' } })
  if (isThere) t.like(ok(made), { kind: 'ovpn', ovpn: { mode: 'mp' } })
  else t.regex(failure(made).message, /Unknown device type/)
})
