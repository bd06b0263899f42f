import type { NetworkError } from '../../error.js'
import { hasNetAdmin } from '../../system/capabilities.js'
import { equivalentOf } from '../equivalent/operation.js'
import type { Failure } from '../execute/pipeline.js'
import type { PlannedStep } from '../steps/step.js'

/** The error of a failed step: which one, on what, in the kernel's words. */
export function failedStep({ step, error }: Failure): NetworkError {
  const object = `${step.object} ${step.id}`
  const message = `${aboutObject(step, error.message)}${hintOn(step, error)}`
  return error.with(
    { object, step: equivalentOf(step), ...(step.path === undefined ? {} : { path: step.path }) },
    step.namespace === undefined ? message : `namespace ${step.namespace}: ${message}`,
  )
}

/** A message that begins with the object of a step as the plan calls it, and not once more as the kernel is told of it. */
function aboutObject({ object, id }: PlannedStep, message: string): string {
  const name = `${object} ${id}`
  if (message.startsWith(name)) return message
  // A link may be another one, such as the device below. What is sent is of an `FDB entry`.
  const isSame = object !== 'link' && message.toLowerCase().startsWith(`${object} `) && message.includes(': ')
  return isSame ? `${name}${message.slice(message.indexOf(': '))}` : `${name}: ${message}`
}

/** What is to be done about an error whose words do not tell it. */
interface Hint {
  readonly objects: readonly PlannedStep['object'][]
  readonly code: string
  readonly words: RegExp
  readonly hint: string
}

const unreachable = 'nothing leads to the gateway: the link towards it has to be up, with an address of its subnet'

/** net/ipv4/nexthop.c, net/ipv4/fib_semantics.c, net/ipv6/route.c, net/8021q/vlan_dev.c, net/ipv6/addrconf.c */
const ways = ['route', 'nexthop'] as const
const hints: readonly Hint[] = [
  {
    objects: ['link'],
    code: 'ENETDOWN',
    words: /^$/,
    hint: 'a VLAN comes up only where the link below it is up, unless it has `looseBinding`',
  },
  {
    objects: ways,
    code: 'ENETDOWN',
    words: /device.* is not up/i,
    hint: 'a link that is there already comes up only where the spec says `up: true`',
  },
  { objects: ways, code: 'ENETUNREACH', words: /invalid gateway/, hint: unreachable },
  {
    objects: ['link'],
    code: 'EINVAL',
    words: /Router advertisement is disabled/,
    hint: 'where IPv6 is forwarded it takes `sysctl.ipv6.acceptRa: 2`, and 1 elsewhere',
  },
  // IPv6 says no more.
  { objects: ways, code: 'EHOSTUNREACH', words: /^$/, hint: unreachable },
]

function hintOn({ object }: PlannedStep, { code, message, kernelMessage = '' }: NetworkError): string {
  // Of a TUN or a TAP the words tell it already.
  // Files, such as those of settings, are refused by EACCES.
  const isDenied = (code === 'EPERM' || code === 'EACCES') && !message.includes('CAP_')
  if (isDenied && object === 'namespace') return '; making and removing named namespaces takes root'
  if (isDenied && hasNetAdmin() === false) return '; this process lacks CAP_NET_ADMIN'
  const known = hints.find((one) => one.objects.includes(object) && one.code === code && one.words.test(kernelMessage))
  return known ? `; ${known.hint}` : ''
}
