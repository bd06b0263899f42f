import { output } from '../../helpers/program.js'
import { probes } from './rareSlots.js'

/** Bridges with VLANs, and qdiscs that some kernels lack, each with what shows that it is there. */
const others: Readonly<Record<string, string>> = {
  vlanFiltering: 'ip link add br0 type bridge vlan_filtering 1',
  fq_codel: 'tc qdisc add dev v0 root fq_codel',
  fq: 'tc qdisc add dev v1 root fq',
  sfq: 'tc qdisc add dev v2 root sfq',
  netem: 'tc qdisc add dev v3 root netem delay 1ms',
}

function foundBy(commands: Readonly<Record<string, string>>): ReadonlySet<string> {
  const tries = Object.entries(commands).map(
    ([name, command]) => `${command} >/dev/null 2>&1 && echo ${name}; ip link del new0 2>/dev/null`,
  )
  const pairs = 'ip link add v0 type veth peer name v1; ip link add v2 type veth peer name v3'
  const script = [pairs, ...tries, 'true'].join('\n')
  const found = output(['unshare', '--net', 'sh', '-c', script])
  return new Set(found.trim().split('\n'))
}

const adding = Object.fromEntries(Object.entries(probes).map(([kind, command]) => [kind, `ip link add ${command}`]))

/** What this kernel has of what some lack, which loads the modules. */
export const probed: { readonly kinds: ReadonlySet<string>; readonly others: ReadonlySet<string> } = {
  kinds: foundBy(adding),
  others: foundBy(others),
}
