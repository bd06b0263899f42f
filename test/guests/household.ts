import type { ExecutionContext } from 'ava'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'
import { inBackground } from '../helpers/program.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'
import type { RunningGuest } from './qemu.js'

/** A host with an uplink, and what is behind that. */
export interface Uplink {
  readonly host: ReconcileNamespace
  readonly outside: TestNamespace
}

/** A host whose uplink `up0` leads to a web server that tells whom it sees: 192.0.2.2 and 2001:db8::2, port 8000. */
export function hostWithUplink(t: ExecutionContext): Uplink {
  const host = reconcileNamespace(t)
  const outside = testNamespace(t)
  // Links of a host have link-local addresses, which forwarding and neighbor discovery use.
  host.sh('sysctl -qw net.ipv6.conf.default.addr_gen_mode=0')
  host.sh(`ip link add up0 type veth peer name eth0 netns ${outside.path}; ip link set up0 up`)
  host.sh('ip addr add 192.0.2.1/24 dev up0; ip addr add 2001:db8::1/64 dev up0 nodad')
  outside.sh('ip link set lo up; ip link set eth0 up; ip addr add 192.0.2.2/24 dev eth0')
  outside.sh('ip addr add 2001:db8::2/64 dev eth0 nodad')
  inBackground(
    t,
    outside.path,
    `require('http').createServer(({ socket }, answer) => answer.end(socket.remoteAddress)).listen(8000, '::')`,
  )
  return { host, outside }
}

/** Which of some addresses answer a guest within some seconds; neighbors that were found before are forgotten. */
async function answering(from: RunningGuest, addresses: readonly string[], seconds: number): Promise<string[]> {
  const tries = Array.from({ length: seconds }, (_, index) => index).join(' ')
  const asks = addresses.map(
    (one) => `(for try in ${tries}; do ping -c 1 -W 1 ${one} >/dev/null 2>&1 && echo ${one} && break; done) &`,
  )
  return (await from.run(`ip neigh flush dev eth0 >/dev/null 2>&1; ${asks.join(' ')} wait`)).split('\n').filter(Boolean)
}

/** Whether all of some addresses answer a guest; emulated, it may take its time. */
export async function reaches(from: RunningGuest, ...addresses: readonly string[]): Promise<boolean> {
  return (await answering(from, addresses, 15)).length === addresses.length
}

/** Whether all of some addresses stay silent. */
export async function isCutOff(from: RunningGuest, ...addresses: readonly string[]): Promise<boolean> {
  return (await answering(from, addresses, 2)).length === 0
}

/** Prints a page of a web server; by `nc`, since a static busybox looks up the port of HTTP in vain, and crashes. */
export function fetchCommand(address: string, port: number): string {
  const once = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | busybox nc -w 3 ${address} ${port} 2>/dev/null | tail -n 1`
  // The server may still be starting.
  return `for try in 1 2 3 4 5 6 7 8 9; do page=$(${once}); [ "$page" ] && echo "$page" && exit 0; sleep 0.3; done; exit 1`
}

/** A ping that goes on in a guest, five times a second. */
export class SteadyPing {
  readonly #guest: RunningGuest

  private constructor(guest: RunningGuest) {
    this.#guest = guest
  }

  static async start(guest: RunningGuest, address: string): Promise<SteadyPing> {
    await guest.run(`ping -i 0.2 ${address} >/tmp/ping 2>&1 &`)
    const ping = new SteadyPing(guest)
    await ping.more()
    return ping
  }

  /** Waits for some more answers. */
  async more(): Promise<void> {
    const count = "grep -c 'bytes from' /tmp/ping"
    await this.#guest.run(`end=$(($(${count}) + 5)); while [ $(${count}) -lt $end ]; do sleep 0.1; done`)
  }

  /** Ends it; the numbers that were missing before the last answer. */
  async lost(): Promise<number[]> {
    await this.more()
    const output = await this.#guest.run('killall ping; cat /tmp/ping')
    const answered = new Set([...output.matchAll(/seq=(\d+) /g)].map(([, number]) => Number(number)))
    return Array.from({ length: Math.max(...answered) + 1 }, (_, number) => number).filter(
      (number) => !answered.has(number),
    )
  }
}
