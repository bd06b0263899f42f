import test from 'ava'
import { reconcileNamespace } from '../helpers/reconcile.js'

/** A link whose link-local address is being looked for at others for four seconds, and its next ones for one. */
const furnish = [
  'sysctl -qw net.ipv6.conf.default.addr_gen_mode=0 net.ipv6.conf.default.accept_dad=1',
  'sysctl -qw net.ipv6.conf.default.dad_transmits=4',
  'ip link add v0 type veth peer name v1 && ip link set v1 up && ip link set v0 up',
  'sysctl -qw net.ipv6.conf.v0.dad_transmits=1',
].join('\n')

test('with the IPv6 addresses of a link its link-local one is waited for, without which no neighbor is found', async (t) => {
  const here = reconcileNamespace(t)
  here.sh(furnish)
  await here.apply({ links: [{ name: 'v0', addresses: ['fd00::1/64'] }] })
  const shown = here.sh('ip -6 address show dev v0')
  t.regex(shown, /fd00::1.*fe80::/s)
  t.notRegex(shown, /tentative/)
})

test('nothing is waited for with addresses that nobody is asked about', async (t) => {
  const here = reconcileNamespace(t)
  here.sh(furnish)
  await here.apply({ links: [{ name: 'v0', addresses: [{ address: 'fd00::1/64', noDad: true }] }] })
  const shown = here.sh('ip -6 address show dev v0')
  t.notRegex(shown, /fd00::1.*tentative/)
  t.regex(shown, /fe80::.*tentative/)
})
