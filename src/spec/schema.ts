import * as v from 'valibot'
import { parseAddress } from '../ip/address.js'
import { parsePrefix } from '../ip/prefix.js'
import { linkKinds } from '../rtnetlink/kinds/registry.js'
import { allBits } from '../rtnetlink/masked.js'
import { isAnyGroup, isMulticastGroup } from '../rtnetlink/mdbAttributes.js'
import { lastVlan } from '../rtnetlink/vlanRange.js'
import {
  type AnySchema,
  integer,
  ipAddressSchema,
  kernelText,
  linkName,
  linkReference,
  macAddress,
  numberOrName,
  optionsSchema,
  prefix,
  strictObject,
} from './domainSchema.js'
import { encapsulationSchema } from './encapsulationSchema.js'
import { confine, nat } from './firewallSchema.js'
import { maskedSchema, rangeOrMaskedSchema, rangeSchema } from './numberTexts.js'
import { type Entries, objectSchema, withUserKeys } from './objectSchema.js'
import { qdiscSchema } from './qdiscSchema.js'
import { isRouteFile } from './routeEntries.js'
import { isRouteSet } from './routeSetBrand.js'
import { routeTypes } from './routeTypes.js'
import { sysctlSchema } from './sysctlSchema.js'
import type {
  AddressSpec,
  FdbSpec,
  ForwardingSpec,
  LinkMatch,
  LinkSpec,
  MdbSpec,
  NeighborSpec,
  NetworkSpec,
  NexthopObjectSpec,
  NexthopSpec,
  RouteFileSpec,
  RouteList,
  RouteSpec,
  RuleSpec,
} from './types.js'

const bool = v.boolean()
const u8 = integer(0, 0xff)
const u32 = integer(0, 0xffffffff)
const ipAddress = ipAddressSchema()
const family = v.picklist(['inet', 'inet6'])
const lifetime: v.GenericSchema<number | 'forever'> = v.union([integer(0, 0xfffffffe), v.literal('forever')])

const destination: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.check(
    (text) => text === 'default' || parsePrefix(text) !== undefined,
    (issue) => `${JSON.stringify(issue.input)} is neither "default" nor a prefix or an address`,
  ),
)
const selector: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.check(
    (text) => text === 'all' || parsePrefix(text) !== undefined,
    (issue) => `${JSON.stringify(issue.input)} is neither "all" nor a prefix or an address`,
  ),
)

const address: v.GenericSchema<AddressSpec> = objectSchema<AddressSpec>(
  {
    address: prefix,
    peer: prefix,
    broadcast: ipAddress,
    scope: numberOrName,
    label: v.pipe(kernelText(15), v.nonEmpty()),
    metric: u32,
    validLifetime: lifetime,
    preferredLifetime: lifetime,
    noPrefixRoute: bool,
    home: bool,
    noDad: bool,
    manageTemporaryAddress: bool,
    optimistic: bool,
    autoJoin: bool,
    protocol: u8,
  },
  ['address'],
)

const token: v.GenericSchema<string> = v.pipe(
  ipAddressSchema('inet6'),
  v.check((text) => {
    const bytes = parseAddress(text)
    return bytes?.length !== 16 || bytes.subarray(0, 8).every((byte) => byte === 0)
  }, 'a token is the last 64 bits of an address, such as ::1'),
)

type GeneralLinkSpec = Omit<LinkSpec, `${string}Port` | KindName>
type KindName = Extract<keyof LinkSpec, keyof import('../rtnetlink/kinds/registry.js').KindOptions>

const generalLink: Entries<GeneralLinkSpec> = {
  name: v.pipe(v.string(), v.nonEmpty()),
  kind: v.pipe(v.string(), v.nonEmpty()),
  match: objectSchema<LinkMatch>({ mac: macAddress, altName: v.pipe(kernelText(127), v.nonEmpty()) }),
  absent: bool,
  confine,
  up: bool,
  // That of a classic CAN bus.
  mtu: integer(16, 0x7fffffff),
  mac: macAddress,
  broadcast: macAddress,
  master: v.nullable(linkReference),
  addresses: v.array(v.union([prefix, address])),
  sysctl: sysctlSchema,
  qdisc: v.nullable(qdiscSchema),
  ingressQdisc: v.nullable(v.picklist(['clsact', 'ingress'])),
  alias: kernelText(255),
  altNames: v.pipe(
    v.array(
      v.pipe(
        kernelText(127),
        v.nonEmpty(),
        v.check((name) => !name.startsWith('linkwright.'), 'names that begin with "linkwright." mark who made a link'),
      ),
    ),
    v.check((names) => new Set(names).size === names.length, 'a name stands there twice'),
  ),
  group: numberOrName,
  txQueueLength: u32,
  promiscuous: bool,
  allMulticast: bool,
  arp: bool,
  multicast: bool,
  addressGenerationMode: v.picklist(['eui64', 'none', 'stable_secret', 'random']),
  ipv6Token: token,
  protocolDown: bool,
  protocolDownReasons: v.pipe(
    v.array(integer(0, 31)),
    v.check((reasons) => new Set(reasons).size === reasons.length, 'a reason stands there twice'),
  ),
  txQueues: integer(1, 4096),
  rxQueues: integer(1, 4096),
  gsoMaximumSize: u32,
  gsoMaximumSegments: u32,
  groMaximumSize: u32,
  gsoIpv4MaximumSize: u32,
  groIpv4MaximumSize: u32,
  features: withUserKeys(v.record(v.pipe(kernelText(31), v.nonEmpty()), bool)),
}

/** The schema of a link: the general properties and, from the registry, the options of every kind and port. */
function linkSchema(): AnySchema {
  const entries: v.ObjectEntries = {}
  for (const [name, schema] of Object.entries(generalLink)) {
    entries[name] = name === 'name' ? schema : v.exactOptional(schema)
  }
  for (const kind of linkKinds()) {
    entries[kind.kind] = v.exactOptional(optionsSchema(kind.options.domain))
    if (kind.port) entries[`${kind.kind}Port`] = v.exactOptional(optionsSchema(kind.port.domain))
  }
  return strictObject(entries)
}

const id = integer(1, 0xffffffff)
const weight = integer(1, 0x10000)

/** Seconds, as many as fit into 32 bits of a unit. */
function secondsOf(unitsASecond: number): v.GenericSchema<number> {
  return v.pipe(v.number(), v.minValue(0), v.maxValue(0xffffffff / unitsASecond))
}

const nexthopObject: v.GenericSchema<NexthopObjectSpec> = objectSchema<NexthopObjectSpec>(
  {
    id,
    family,
    via: ipAddress,
    dev: linkReference,
    onlink: bool,
    encapsulation: encapsulationSchema,
    blackhole: bool,
    fdb: bool,
    group: v.pipe(
      v.array(v.union([id, objectSchema<{ id: number; weight?: number }>({ id, weight }, ['id'])])),
      v.minLength(1),
    ),
    type: v.picklist(['mpath', 'resilient']),
    buckets: integer(1, 0xffff),
    idleTimer: secondsOf(100),
    unbalancedTimer: secondsOf(100),
    protocol: numberOrName,
    absent: bool,
  },
  ['id'],
)

const nexthop: v.GenericSchema<NexthopSpec> = objectSchema<NexthopSpec>({
  via: ipAddress,
  dev: linkReference,
  encapsulation: encapsulationSchema,
  weight: integer(1, 256),
  realms: numberOrName,
  onlink: bool,
})

/** The schema of one route. */
export const routeSchema: v.GenericSchema<RouteSpec> = objectSchema<RouteSpec>(
  {
    to: destination,
    family,
    from: prefix,
    via: ipAddress,
    dev: linkReference,
    nexthops: v.pipe(v.array(nexthop), v.minLength(1)),
    encapsulation: encapsulationSchema,
    nexthopId: id,
    type: v.picklist(routeTypes),
    table: numberOrName,
    metric: u32,
    tos: u8,
    src: ipAddress,
    scope: numberOrName,
    protocol: numberOrName,
    onlink: bool,
    preference: v.picklist(['low', 'medium', 'high']),
    realms: numberOrName,
    mtu: u32,
    lockMtu: bool,
    advmss: u32,
    window: u32,
    // TCP's units: see routeMetrics.
    rtt: secondsOf(8000),
    rttvar: secondsOf(4000),
    rtoMin: secondsOf(1000),
    ssthresh: u32,
    cwnd: u32,
    initcwnd: u32,
    initrwnd: u32,
    hoplimit: u8,
    reordering: u32,
    quickack: bool,
    congestion: v.pipe(kernelText(15), v.nonEmpty()),
    ecn: bool,
    tcpUsecTs: bool,
    fastOpenNoCookie: bool,
    absent: bool,
  },
  ['to'],
)

const rule: v.GenericSchema<RuleSpec> = objectSchema<RuleSpec>({
  priority: u32,
  family,
  not: bool,
  from: selector,
  to: selector,
  iif: linkName,
  oif: linkName,
  fwmark: maskedSchema(allBits.mark),
  tos: u8,
  dscp: maskedSchema(allBits.dscp),
  flowLabel: maskedSchema(allBits.flowLabel),
  ipproto: numberOrName,
  sport: rangeOrMaskedSchema(allBits.port),
  dport: rangeOrMaskedSchema(allBits.port),
  uidRange: rangeSchema(0xfffffffe),
  l3mdev: bool,
  tunnelId: v.pipe(v.number(), v.integer(), v.minValue(0)),
  table: numberOrName,
  goto: u32,
  action: v.picklist(['unreachable', 'prohibit', 'blackhole', 'nop']),
  suppressPrefixLength: integer(0, 128),
  suppressInterfaceGroup: numberOrName,
  realms: numberOrName,
  protocol: numberOrName,
  absent: bool,
})

const neighbor: v.GenericSchema<NeighborSpec> = objectSchema<NeighborSpec>(
  {
    dev: linkReference,
    address: ipAddress,
    mac: macAddress,
    state: v.picklist(['permanent', 'noarp', 'reachable', 'stale']),
    externallyLearned: bool,
    managed: bool,
    proxy: bool,
    router: bool,
    absent: bool,
  },
  ['dev', 'address'],
)

const vlanNumber = integer(1, lastVlan)
const vni = integer(0, 0xffffff)

const fdbEntry: v.GenericSchema<FdbSpec> = objectSchema<FdbSpec>(
  {
    dev: linkReference,
    mac: macAddress,
    self: bool,
    state: v.picklist(['static', 'permanent']),
    vlan: vlanNumber,
    dst: ipAddress,
    port: integer(1, 0xffff),
    vni,
    sourceVni: vni,
    via: linkReference,
    nexthopId: integer(1, 0xffffffff),
    sticky: bool,
    externallyLearned: bool,
    router: bool,
    absent: bool,
  },
  ['dev', 'mac'],
)

const mdbEntry: v.GenericSchema<MdbSpec> = objectSchema<MdbSpec>(
  {
    dev: linkReference,
    port: linkReference,
    group: v.pipe(
      v.string(),
      v.check(
        (text) => isMulticastGroup(text) || isAnyGroup(text),
        (issue) => `${JSON.stringify(issue.input)} is no multicast address`,
      ),
    ),
    vlan: vlanNumber,
    source: ipAddress,
    state: v.picklist(['permanent', 'temporary']),
    filterMode: v.picklist(['include', 'exclude']),
    sourceList: v.array(ipAddress),
    protocol: u8,
    dst: ipAddress,
    dstPort: integer(1, 0xffff),
    vni,
    via: linkReference,
    sourceVni: vni,
    absent: bool,
  },
  ['dev', 'port', 'group'],
)

const forwarding: v.GenericSchema<ForwardingSpec> = objectSchema<ForwardingSpec>({ ipv4: bool, ipv6: bool })

/** The schema of what names a file with routes. */
export const routeFileSchema: v.GenericSchema<RouteFileSpec> = objectSchema<RouteFileSpec>(
  { file: v.pipe(v.string(), v.nonEmpty()) },
  ['file'],
)

const routeEntry: AnySchema = v.lazy((input: unknown): AnySchema => {
  if (isRouteSet(input)) return v.any()
  return isRouteFile(input) ? routeFileSchema : routeSchema
})

function networkEntries(): Entries<NetworkSpec> {
  return {
    links: v.array(linkSchema()) as unknown as v.GenericSchema<readonly LinkSpec[]>,
    routes: v.array(routeEntry) as unknown as v.GenericSchema<RouteList>,
    nexthops: v.array(nexthopObject),
    rules: v.array(rule),
    neighbors: v.array(neighbor),
    fdb: v.array(fdbEntry),
    mdb: v.array(mdbEntry),
    forwarding,
    nat,
  }
}

/** The schema of a whole spec, made from the registry as it is now. */
export function specSchema(): AnySchema {
  const network = networkEntries()
  const entries: v.ObjectEntries = {
    $schema: v.exactOptional(v.string()),
    namespaces: v.exactOptional(withUserKeys(v.record(v.string(), objectSchema<NetworkSpec>(network)))),
  }
  for (const [name, schema] of Object.entries(network)) entries[name] = v.exactOptional(schema)
  return strictObject(entries)
}
