import { isPort, type Model, type ModelLink, type ModelRoute, macOf, mtuOf } from './model.js'

/** A topology as commands of `ip`: the oracle, which knows nothing of the SDK. */
export function commandsOf(model: Model): string[] {
  const names = new Set(model.links.map(({ slot }) => slot.name))
  return [
    // What is below has the MTU first.
    ...model.links.flatMap(linkCommands),
    ...model.links
      .filter((link) => isPort(link, names))
      .map(({ slot }) => `link set ${slot.name} master ${slot.master}`),
    ...model.links
      .flatMap(({ slot }) => [slot.name, ...(slot.peer === undefined ? [] : [slot.peer])])
      .map((name) => `link set ${name} up`),
    ...model.links.flatMap(addressCommands),
    ...model.routes.map(routeCommand),
    ...model.rules.map(
      ({ priority, from, table }) => `rule add priority ${priority} from ${from} table ${table} proto 77`,
    ),
    ...model.neighbors.map(
      ({ dev, address, mac }) => `neighbor add ${address} lladdr ${macOf('neighbor', mac)} dev ${dev} nud permanent`,
    ),
  ]
}

function linkCommands(link: ModelLink): string[] {
  const { slot, mac, queue, alias, option } = link
  const mtu = mtuOf(link)
  const { name, lower, peer } = slot
  const add = `link add ${lower === undefined || slot.kind === 'vxlan' ? '' : `link ${lower} `}name ${name} address ${macOf(name, mac)} mtu ${mtu}`
  const made: Record<typeof slot.kind, string[]> = {
    veth: [`${add} type veth peer name ${peer} address ${macOf(name, mac + 100)} mtu ${mtu}`],
    bridge: [
      `${add} type bridge forward_delay 200 ageing_time ${option ? 10_000 : 20_000}`,
      // Given at creation it would be forgotten with the first port (net/bridge/br_if.c, br_mtu_auto_adjust).
      `link set ${name} mtu 1000`,
      `link set ${name} mtu ${mtu}`,
    ],
    macvlan: [`${add} type macvlan mode ${option ? 'bridge' : 'private'}`],
    macvtap: [`${add} type macvtap mode bridge`],
    vxlan: [`${add} type vxlan id ${option ? 7 : 8} dev ${lower} dstport 4789 group 239.1.1.1`],
    tap: [
      `tuntap add ${name} mode tap${option ? ' multi_queue' : ''}`,
      `link set ${name} address ${macOf(name, mac)} mtu ${mtu}`,
    ],
    tun: [`tuntap add ${name} mode tun${option ? ' multi_queue' : ''}`, `link set ${name} mtu ${mtu}`],
    ifb: [`${add} type ifb`],
  }
  return [
    ...made[slot.kind],
    `link set ${name} txqueuelen ${queue}`,
    ...(alias === undefined ? [] : [`link set ${name} alias ${alias}`]),
  ]
}

/** The kernel shows the IPv6 address that came last first. */
function addressCommands({ slot, addresses }: ModelLink): string[] {
  const ipv6 = addresses.filter((address) => address.includes(':'))
  const ipv4 = addresses.filter((address) => !address.includes(':'))
  return [...ipv4, ...ipv6.reverse()].map((address) => `address add ${address} dev ${slot.name}`)
}

function routeCommand({ to, metric, table, dev, type, mtu }: ModelRoute): string {
  const family = to.includes(':') ? '-6 ' : ''
  const where = type === undefined ? `${to} dev ${dev}` : `${type} ${to}`
  return `${family}route add ${where} metric ${metric} table ${table} proto 77${mtu === undefined ? '' : ` mtu ${mtu}`}`
}
