import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newKeyPair, privateText } from '../../examples/vpn/keys.js'
import { finish, inNamespaces, numbersOf, start } from '../program.js'
import type { Figures } from '../results.js'

/** The programs of one contender. */
export interface Contender {
  readonly name: string
  /** Takes `receive SECONDS`, `send SECONDS SIZE` and `forward NAMESPACE NAMESPACE SIZE [vnet]`. */
  readonly command: readonly string[]
}

/** Where the traffic comes from. */
export const tools = { path: '' }
const seconds = Number(process.env['BENCH_SECONDS'] ?? 2)

const shell = (namespace: string, script: string): Promise<string> => finish(namespace, 'sh', '-c', script)
const noIpv6 =
  'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6'

/** The kernel floods the device with datagrams, and the program looks at each. */
export function receive({ command }: Contender, size: number): Promise<Figures> {
  return inNamespaces(1, async ([path = '']) => {
    await shell(path, noIpv6)
    const program = await start(path, [...command, 'receive', `${seconds}`], 'ready')
    await shell(path, 'ip link set tun0 up; ip addr add 10.0.0.1/24 dev tun0')
    const flood = await start(path, [tools.path, 'flood', `${seconds + 3}`, `${size}`])
    const figures = await numbersOf(program)
    flood.child.kill()
    await flood.ended
    return perPacket(figures)
  })
}

/** The program writes packets that the kernel drops after a look at their header. */
export function send({ command }: Contender, size: number): Promise<Figures> {
  return inNamespaces(1, async ([path = '']) => {
    const program = await start(path, [...command, 'send', `${seconds}`, `${size}`], 'ready')
    await shell(path, `${noIpv6}; ip link set tun0 up; ip addr add 10.0.0.1/24 dev tun0`)
    program.child.stdin?.end('\n')
    return perPacket(await numbersOf(program))
  })
}

/** TCP from one namespace to another through the program, and pings before it. */
export function forward({ command }: Contender, offload: boolean): Promise<Figures> {
  return inNamespaces(2, async ([a = '', b = '']) => {
    for (const path of [a, b]) await shell(path, noIpv6)
    const program = await start(a, [...command, 'forward', a, b, ...(offload ? ['vnet'] : [])], 'ready')
    await shell(a, 'ip link set tun0 up; ip addr add 10.9.0.1/24 dev tun0')
    await shell(b, 'ip link set tun1 up; ip addr add 10.9.0.2/24 dev tun1')
    const roundTrip = await ping(a, '10.9.0.2')
    const gigabits = await tcp(a, b, '10.9.0.2')
    program.child.stdin?.end('\n')
    return { gigabits, ...roundTrip, ...perPacket(await numbersOf(program)) }
  })
}

/** TCP and pings through two daemons of a VPN and the wire between them. */
export function vpn(
  daemon: (side: 0 | 1) => readonly string[],
  configure?: (side: 0 | 1, path: string) => Promise<void>,
): Promise<Figures> {
  return inNamespaces(2, async ([a = '', b = '']) => {
    for (const path of [a, b]) await shell(path, noIpv6)
    await shell(a, `ip link add wire0 type veth peer name wire0 netns ${b}; ip addr add 192.0.2.1/24 dev wire0`)
    await shell(a, 'ip link set wire0 up')
    await shell(b, 'ip addr add 192.0.2.2/24 dev wire0; ip link set wire0 up')
    const awaited = configure ? undefined : 'is up'
    const daemons = [await start(a, daemon(0), awaited), await start(b, daemon(1), awaited)]
    if (configure) {
      await sleep(500)
      await configure(0, a)
      await configure(1, b)
    }
    // Our daemon has done this itself; the addresses are the same.
    for (const [index, path] of [a, b].entries()) {
      await shell(path, `ip link set tun0 up mtu 1420; ip addr replace 10.9.0.${index + 1}/24 dev tun0`)
    }
    await sleep(1000)
    const roundTrip = await ping(a, '10.9.0.2')
    const gigabits = await tcp(a, b, '10.9.0.2')
    for (const { child } of daemons) child.kill('SIGKILL')
    await Promise.all(daemons.map(({ ended }) => ended))
    return { gigabits, ...roundTrip }
  })
}

/** The same for wireguard-go, which is configured through its own socket. */
export function wireguard(): Promise<Figures> {
  const pairs = [newKeyPair(), newKeyPair()] as const
  return vpn(
    (side) => ['wireguard-go', '-f', `lwbench${side}`],
    async (side, path) => {
      await shell(path, `ip link set lwbench${side} name tun0`)
      const privateKey = Buffer.from(privateText(pairs[side]), 'base64').toString('hex')
      const publicKey = Buffer.from(pairs[side === 0 ? 1 : 0].publicKey).toString('hex')
      const lines = ['set=1', `private_key=${privateKey}`, 'listen_port=5000', `public_key=${publicKey}`]
      lines.push(`endpoint=192.0.2.${2 - side}:5000`, 'allowed_ip=0.0.0.0/0', '', '')
      const socket = connect(`/var/run/wireguard/lwbench${side}.sock`)
      socket.end(lines.join('\n'))
      let answer = ''
      for await (const text of socket) answer += text
      if (!answer.includes('errno=0')) throw new Error(`wireguard-go: ${answer}`)
    },
  )
}

/** Two configurations for examples/vpn, as files. */
export function vpnFiles(): [string, string] {
  const [a, b] = [newKeyPair(), newKeyPair()]
  const text = (key: Uint8Array): string => Buffer.from(key).toString('base64')
  const write = (side: 0 | 1, own: typeof a, peer: typeof a): string => {
    const file = join(tmpdir(), `linkwright-bench-${process.pid}-${side}.json`)
    const configuration = {
      device: 'tun0',
      port: 5000,
      mark: 1,
      privateKey: privateText(own),
      peerPublicKey: text(peer.publicKey),
      endpoint: { address: `192.0.2.${2 - side}`, port: 5000 },
      addresses: [`10.9.0.${side + 1}/24`],
      remote: [],
    }
    writeFileSync(file, JSON.stringify(configuration), { mode: 0o600 })
    return file
  }
  return [write(0, a, b), write(1, b, a)]
}

async function tcp(from: string, to: string, address: string): Promise<number> {
  const server = await start(to, [tools.path, 'serve'], 'ready')
  await finish(from, tools.path, 'blast', `${seconds}`, address)
  const { bytes = 0, seconds: took = 1 } = await numbersOf(server)
  return (bytes * 8) / took / 1e9
}

async function ping(from: string, address: string): Promise<Figures> {
  const output = await finish(from, 'ping', '-q', '-c', '300', '-i', '0.002', address)
  const [, least = 'NaN', mean = 'NaN'] = /= ([\d.]+)\/([\d.]+)\//.exec(output) ?? []
  return { leastRtt: Number(least) * 1000, meanRtt: Number(mean) * 1000 }
}

function perPacket({ packets = 0, seconds: took = 1, cpu = 0, delay, p99 }: Figures): Figures {
  const eventLoop = delay === undefined || p99 === undefined ? {} : { delay, p99 }
  return { kpps: packets / took / 1000, cpu: (cpu / packets) * 1e6, ...eventLoop }
}
