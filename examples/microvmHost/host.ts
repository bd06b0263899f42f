import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import {
  type ApplyOptions,
  apply,
  type Guest,
  type GuestNetwork,
  type GuestOptions,
  guestNetwork,
  type NamespaceReference,
  type Result,
} from 'linkwright'

/** What a host of micro-VMs is made from. */
export interface HostOptions {
  /** The file in which it is kept who has which place. */
  readonly file: string
  /** The link by which guests reach the world. */
  readonly uplink: string
  /** The user that the monitors run as, and that may open the TAP devices. */
  readonly user: number
  /** Where the guests are. Default: the network namespace of this process. */
  readonly namespace?: NamespaceReference
}

/** Who is there, and where. */
interface Memory {
  readonly guests: readonly GuestOptions[]
  readonly slots: Readonly<Record<string, number>>
}

const nobody: Memory = { guests: [], slots: {} }

/** What this program makes is its own, so that taking it all away takes nothing else. */
const owner = { owner: 'microvms', protocol: 130 }

/** The network of a host of micro-VMs. One guest comes or goes without a look at the others. */
export class MicrovmHost {
  readonly #options: HostOptions

  constructor(options: HostOptions) {
    this.#options = options
  }

  /** Brings everything to what is remembered: at the start of the machine, or when in doubt. */
  async up(): Promise<void> {
    const memory = this.#memory()
    await this.#apply(this.#network(memory.guests, memory.slots).spec, { prune: true })
  }

  /** Adds a guest, and tells what whoever starts it must know. */
  async add(guest: GuestOptions): Promise<Guest> {
    const { guests, slots } = this.#memory()
    const network = this.#network([...guests.filter(({ name }) => name !== guest.name), guest], slots)
    await this.#apply(network.specOf(guest.name))
    this.#remember({ guests: [...guests.filter(({ name }) => name !== guest.name), guest], slots: network.slots })
    const added = network.guests.find(({ name }) => name === guest.name)
    if (!added) throw new Error(`${guest.name} was not added`)
    return added
  }

  /** Takes a guest away; its place is free then. */
  async remove(name: string): Promise<void> {
    const { guests, slots } = this.#memory()
    await this.#apply(this.#network(guests, slots).removalOf(name))
    const { [name]: _free, ...left } = slots
    this.#remember({ guests: guests.filter((guest) => guest.name !== name), slots: left })
  }

  /** Takes everything away. */
  async down(): Promise<void> {
    await this.#apply({}, { prune: true })
    this.#remember(nobody)
  }

  #network(guests: readonly GuestOptions[], slots: Readonly<Record<string, number>>): GuestNetwork {
    const { uplink, user } = this.#options
    return value(
      guestNetwork({
        mode: 'bridged',
        subnet: '10.20.0.0/16',
        subnet6: 'fd20::/64',
        uplink,
        owner: user,
        isolated: false,
        // Of the host guests reach its name server, and may ping it.
        host: [{ protocol: 'udp', port: 53 }, { protocol: 'icmp' }],
        nameServers: ['10.20.0.1'],
        ingress: { bits: 200_000_000 },
        egress: { bits: 200_000_000 },
        guests,
        slots,
      }),
    )
  }

  async #apply(spec: Parameters<typeof apply>[0], options: ApplyOptions = {}): Promise<void> {
    const { namespace } = this.#options
    value(await apply(spec, { ...owner, ...(namespace === undefined ? {} : { namespace }), ...options }))
  }

  #memory(): Memory {
    const { file } = this.#options
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Memory) : nobody
  }

  #remember(memory: Memory): void {
    const { file } = this.#options
    writeFileSync(`${file}.new`, JSON.stringify(memory, null, 2))
    renameSync(`${file}.new`, file)
  }
}

/** The value of a success; a failure ends the program. */
function value<T>(result: Result<T>): T {
  if (result.err) throw result.val
  return result.val
}
