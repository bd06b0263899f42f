import { sysctlFile } from '../../state/sysctl.js'
import { changedWithForwarding } from '../../system/sysctl.js'
import { withLower } from '../reach/dependents.js'
import { bulkEquivalent } from '../steps/bulkOperation.js'
import type { Operation } from '../steps/operation.js'
import type { PlannedStep } from '../steps/step.js'
import { addressCommand, neighborCommand } from './address.js'
import { createLinkCommands } from './createLink.js'
import { fdbCommand, mdbCommand } from './entry.js'
import { firewallCommands } from './firewall.js'
import { nexthopCommands } from './nexthop.js'
import { qdiscCommands } from './qdisc.js'
import { routeCommand } from './route.js'
import { ruleCommand } from './rule.js'
import { updateLinkCommands } from './updateLink.js'
import { globalVlanCommands, vlanCommands } from './vlan.js'
import { vniCommands } from './vni.js'
import { altNameCommand, words } from './words.js'

const verbs = { first: 'prepend', last: 'append' } as const

/** The `ip` commands that would do what a step does, one a line. */
export function equivalentOf(step: PlannedStep): string {
  const prefix = step.namespace === undefined || step.object === 'namespace' ? '' : `-n ${step.namespace} `
  return commandsOf(step.operation, step.changes)
    .map((command) => {
      if (command.startsWith('ip link add ')) return additionOf(step, command, prefix)
      return command.startsWith('ip ') ? `ip ${prefix}${command.slice(3)}` : inNamespace(step, command)
    })
    .join('\n')
}

/** A link that stands on one of another namespace is made there; `$$` is the shell, which is in the program's own. */
function additionOf({ operation, namespace = '$$' }: PlannedStep, command: string, prefix: string): string {
  const elsewhere = operation.type === 'createLink' ? operation.elsewhere : undefined
  if (!elsewhere) return `ip ${prefix}${command.slice(3)}`
  const there = elsewhere.namespace ? `-n ${elsewhere.namespace} ` : ''
  return `ip ${there}link add netns ${namespace} ${command.slice('ip link add '.length)}`
}

/** What is no command of `ip` is run in the namespace by it. */
function inNamespace(step: PlannedStep, command: string): string {
  return step.namespace === undefined || command.startsWith('#')
    ? command
    : `ip netns exec ${step.namespace} ${command}`
}

function commandsOf(operation: Operation, changes: PlannedStep['changes'] = []): string[] {
  switch (operation.type) {
    case 'createNamespace':
      return [`ip netns add ${operation.name}`]
    case 'deleteNamespace':
      return [`ip netns delete ${operation.name}`]
    case 'setForwarding': {
      const key = operation.family === 'ipv4' ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding'
      const along = changedWithForwarding[operation.family].flatMap((file): string[] => {
        const former = operation.along?.[file]
        return former === undefined ? [] : [`net.${file.replaceAll('/', '.')}=${former}`]
      })
      return [words('sysctl -w', `${key}=${operation.value ? 1 : 0}`, ...along)]
    }
    case 'changeFirewall':
      return firewallCommands(
        operation.table,
        operation.entries,
        changes.some(({ before }) => before !== undefined),
      )
    case 'createLink':
      return [
        ...(operation.replaces ? [words('ip link delete dev', operation.link.name)] : []),
        ...createLinkCommands(withLower(operation.link, operation.elsewhere?.link)),
      ]
    case 'updateLink':
      return updateLinkCommands(operation, changes)
    case 'renameLink': {
      const { name, to, removedAltNames, bounce } = operation
      return [
        ...removedAltNames.map((altName) => altNameCommand('del', name, altName)),
        ...(bounce ? [words('ip link set dev', name, 'down')] : []),
        words('ip link set dev', name, 'name', to),
        ...(bounce ? [words('ip link set dev', to, 'up')] : []),
      ]
    }
    case 'setVlans':
      return vlanCommands(operation)
    case 'setGlobalVlans':
      return globalVlanCommands(operation)
    case 'setVnis':
      return vniCommands(operation)
    case 'setQdisc':
      return qdiscCommands(operation)
    case 'deleteLink':
      return [words('ip link delete dev', operation.name)]
    case 'setSysctl':
      // With slashes, since a link's name can have a dot.
      return Object.entries(operation.values).map(
        ([setting, value]) => `sysctl -w net/${sysctlFile(operation.name, setting)}=${value}`,
      )
    case 'addAddress':
      return [addressCommand('add', operation.address)]
    case 'replaceAddress':
      return [addressCommand('replace', operation.address)]
    case 'deleteAddress':
      return [addressCommand('delete', operation.address)]
    case 'addRoute':
      return [routeCommand(operation.place ? verbs[operation.place] : 'add', operation.route)]
    case 'replaceRoute':
      return replacingCommands(operation)
    case 'deleteRoute': {
      const { protocol: _one, ...ofAny } = operation.route
      return [routeCommand('delete', operation.anyProtocol ? ofAny : operation.route)]
    }
    case 'createNexthop':
      return [
        ...(operation.replaces ? [`ip nexthop delete id ${operation.nexthop.id}`] : []),
        ...nexthopCommands('add', operation.nexthop),
      ]
    case 'replaceNexthop':
      return nexthopCommands('replace', operation.nexthop)
    case 'deleteNexthop':
      return [`ip nexthop delete id ${operation.nexthop.id}`]
    case 'bulkRoutes':
      return bulkEquivalent(operation, commandsOf)
    case 'addRule':
      return [ruleCommand('add', operation.rule)]
    case 'replaceRule':
      return [ruleCommand('add', operation.rule), ruleCommand('delete', operation.previous)]
    case 'deleteRule':
      return [ruleCommand('delete', operation.rule)]
    case 'addFdbEntry':
      return [fdbCommand(operation.append ? 'append' : 'replace', operation.entry)]
    case 'replaceFdbEntry':
      return [fdbCommand('replace', operation.entry)]
    case 'deleteFdbEntry':
      return [fdbCommand('delete', operation.entry)]
    case 'addMdbEntry':
      return [mdbCommand('add', operation.entry)]
    case 'replaceMdbEntry':
      if (operation.entry.dst !== undefined) return [mdbCommand('replace', operation.entry)]
      return [mdbCommand('delete', operation.entry), mdbCommand('add', operation.entry)]
    case 'deleteMdbEntry':
      return [mdbCommand('delete', operation.entry)]
    case 'addNeighbor':
      return [neighborCommand('add', operation.neighbor)]
    case 'replaceNeighbor':
      return [neighborCommand('replace', operation.neighbor)]
    case 'deleteNeighbor':
      return [neighborCommand('delete', operation.neighbor)]
  }
}

function replacingCommands({ route, previous, exact }: Extract<Operation, { type: 'replaceRoute' }>): string[] {
  if (exact) return [routeCommand('replace', route)]
  const commands = [routeCommand('prepend', route), routeCommand('delete', previous)]
  return route.family === 'inet' ? commands.reverse() : commands
}
