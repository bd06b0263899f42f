import { blue } from '../corpus/index.js'
import type { Stage } from '../stage.js'
import { firewallLines } from './firewall.js'
import { probed } from './probed.js'

/** Settings of links that networks speak of. */
const files = [
  'ipv4/conf/*/rp_filter',
  'ipv4/conf/*/proxy_arp',
  'ipv4/conf/*/promote_secondaries',
  'ipv6/conf/*/keep_addr_on_down',
  'ipv6/conf/*/accept_ra',
]

/** Everything that can be seen of a network: what `ip` shows, forwarding databases, qdiscs, settings and firewalls. */
export function viewOf(stage: Stage, { own }: { readonly own: boolean }): string[] {
  const far = beside((script) => stage.runIn(blue, script)).map((line) => `${blue} ${line}`)
  return [
    ...stage.picture({ own }).map(withoutSpanningTree),
    ...beside((script) => stage.namespace.sh(script)),
    ...far,
  ].filter((line) => !line.startsWith('rules in order') && !line.includes('"l3mdev"'))
}

// What a kernel may lack comes last: a list that it cannot tell is never closed.
const tables = ['mdb', ...(probed.others.has('vlanFiltering') ? ['vlan', 'vlan global'] : []), 'vni']

// Starting processes takes longest.
const script = `cd /proc/sys/net
for file in ${files.join(' ')}; do read value <$file && echo $file:$value; done
bridge fdb
asked='qdisc show'
for link in ipv4/conf/*; do case $link in */all|*/default) ;; *) asked="$asked
class show dev \${link##*/}";; esac; done
tc -force -batch - <<ASKED
$asked
ASKED
echo '== features'; ethtool -k '*'
echo '== bridges'; bridge -j -d -force -batch - <<ASKED
${tables.join('\n')}
ASKED
echo
echo '== firewall'; nft -s list ruleset`

/** What is seen beside what `ip` shows. */
function beside(run: (script: string) => string): string[] {
  const text = run(script)
  if (text === '') return []
  const [lines = '', features = '', bridges = '', firewall = ''] = text.split(/^== \w+\n/m)
  return [
    ...lines
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !isKernels(line))
      .map((line) =>
        line
          .replace(/ refcnt \d+| direct_packets_stat \d+/g, '')
          // The kernel counts handles from 8001: to fffe: for all namespaces: net/sched/sch_api.c, qdisc_alloc_handle.
          .replace(/ (?!ffff)[89a-f][0-9a-f]{3}:/, ' auto:')
          .replace(/ burst \d+b cburst \d+b$/, ''),
      ),
    ...features.split(/^Features for /m).map(featureLine),
    ...bridges
      .split('\n')
      .filter((line) => line.startsWith('['))
      .flatMap(bridgeLines),
    ...firewallLines(firewall),
  ].sort()
}

/** What `bridge` shows of each of the tables, a line an object. */
function bridgeLines(line: string, index: number): string[] {
  // A list that only begins is of what the kernel has not.
  if (line === '[') return []
  const shown: readonly { readonly mdb?: readonly Readonly<Record<string, unknown>>[] }[] = JSON.parse(line)
  return (
    shown
      .flatMap((object) => object.mdb ?? [object])
      // Those that are not permanent were learned, and the bridge is known by its name.
      .filter(({ state = 'permanent' }) => state === 'permanent')
      .map((object) => `${tables[index]} ${JSON.stringify({ ...object, index: undefined })}`)
  )
}

/** What a device does itself, of that what it could do otherwise. */
function featureLine(shown: string): string {
  const [name = '', ...features] = shown.split('\n').map((line) => line.trim())
  // Forwarding ends that of bonds and teams for good: net/core/dev.c, dev_disable_lro.
  const lasting = features.filter((line) => !/^$|\[fixed\]$|^large-receive-offload/.test(line))
  return `features ${name} ${lasting.join(', ')}`
}

/** A bridge with a spanning tree ages faster for a while after a change: net/bridge/br_stp.c, __br_set_topology_change */
function withoutSpanningTree(line: string): string {
  const stopped = line.replaceAll(/"topology_change(_detected)?":\d,?/g, '')
  return line.includes('"stp_state":1') ? stopped.replace(/"ageing_time":\d+,/, '') : stopped
}

/** Default qdiscs have no handle of their own, and addresses of the links themselves are seen as such. */
function isKernels(line: string): boolean {
  return (
    / (noqueue|pfifo_fast|mq) |^class tbf |self permanent$|^33:33|^01:00:5e/.test(line) ||
    /^\S+ dev \S+ .*permanent/.test(line) ||
    isLearned(line)
  )
}

function isLearned(line: string): boolean {
  return / dev \S+ (vlan \d+ )?master /.test(line) && !/ (static|sticky)/.test(line)
}
