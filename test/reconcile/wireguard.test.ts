import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { generatePresharedKey, generatePrivateKey, publicKeyOf } from '../../src/genetlink/wireguard/key.js'
import { Network } from '../../src/network/network.js'
import { snapshot } from '../../src/reconcile/snapshot.js'
import type { WireguardPeer } from '../../src/rtnetlink/kinds/builtIn.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { hasKind } from '../helpers/hasKind.js'
import { programExists, runProgram } from '../helpers/program.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'
import { record } from '../helpers/record.js'
import { inRepository } from '../helpers/repository.js'
import { sandboxed } from '../helpers/sandbox.js'
import { skipped } from '../helpers/skipped.js'

/** Whether the kernel has the kind, and the machine `wg` to look at it. */
const lack = ((): string | undefined => {
  if (!programExists('wg')) return 'there is no wg'
  return hasKind('wireguard') ? undefined : 'this kernel lacks wireguard'
})()

function onWireguard(title: string, run: (t: ExecutionContext) => Promise<void>): void {
  test.serial(title, async (t) => {
    if (lack === undefined) return run(t)
    skipped(t, `${lack}`)
  })
}

const privateKey = generatePrivateKey()
const presharedKey = generatePresharedKey()
const others = Array.from({ length: 4 }, () => publicKeyOf(generatePrivateKey()))
const [A = '', B = '', C = '', D = ''] = others

const device = (wireguard: NonNullable<LinkSpec['wireguard']>): Spec => ({
  links: [{ name: 'wg0', kind: 'wireguard', wireguard, addresses: ['10.9.0.1/24'] }],
})

const whole = device({
  privateKey,
  listenPort: 51820,
  fwmark: '0x51',
  peers: [
    {
      publicKey: A,
      presharedKey,
      endpoint: '192.0.2.1:51820',
      persistentKeepalive: 25,
      allowedIps: ['10.9.0.2/32', 'FD00:0::/64'],
    },
    { publicKey: B, endpoint: '[2001:db8::1]:4000', allowedIps: ['10.9.0.3'] },
    { publicKey: C },
  ],
})

/** What `wg` says, each peer's prefixes in order, without what comes and goes. */
function dump(namespace: ReconcileNamespace): string[] {
  const lines = namespace.sh('wg show all dump').trim().split('\n')
  return lines
    .map((line) => {
      const fields = line.split('\t')
      if (fields.length < 9) return fields.join(' ')
      const [link, key, psk, endpoint, allowed = '', , , , keepalive] = fields
      return [link, key, psk, endpoint, allowed.split(',').sort().join(','), keepalive].join(' ')
    })
    .sort()
}

onWireguard('a device with peers converges, and wg shows what was asked for', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges(whole)
  t.deepEqual(
    dump(namespace),
    [
      `wg0 ${privateKey} ${publicKeyOf(privateKey)} 51820 0x51`,
      `wg0 ${A} ${presharedKey} 192.0.2.1:51820 10.9.0.2/32,fd00::/64 25`,
      `wg0 ${B} (none) [2001:db8::1]:4000 10.9.0.3/32 off`,
      `wg0 ${C} (none) (none) (none) off`,
    ].sort(),
  )
  const [link] = namespace.ip('link', 'show', 'dev', 'wg0')
  t.like(link, { mtu: 1420, linkinfo: { info_kind: 'wireguard' } })
  const before = dump(namespace)
  // What a spec leaves out is left alone.
  const { steps } = await namespace.apply({
    links: [{ name: 'wg0', wireguard: { peers: others.slice(0, 3).map((publicKey) => ({ publicKey })) } }],
  })
  t.deepEqual(steps, [])
  t.deepEqual(dump(namespace), before)
})

onWireguard('a private key of any bits is taken, and told again it changes nothing', async (t) => {
  const namespace = reconcileNamespace(t)
  const drawn = Buffer.alloc(32, 0xff).toString('base64')
  await namespace.converges(device({ privateKey: drawn }))
  t.is(namespace.sh('wg show wg0 public-key').trim(), publicKeyOf(drawn))
})

onWireguard('the private key comes from a file', async (t) => {
  const namespace = reconcileNamespace(t)
  const directory = mkdtempSync(join(tmpdir(), 'linkwright-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const privateKeyFile = join(directory, 'key')
  writeFileSync(privateKeyFile, `${privateKey}\n`, { mode: 0o600 })
  await namespace.converges(device({ privateKeyFile }))
  t.is(namespace.sh('wg show wg0 private-key').trim(), privateKey)
  record({ type: 'kind', section: 'wireguard', created: ['privateKeyFile'] })
})

onWireguard('each change is the smallest one', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply(whole)
  const peers = (list: readonly WireguardPeer[]): Spec => ({ links: [{ name: 'wg0', wireguard: { peers: list } }] })
  const commands = async (spec: Spec): Promise<string[]> =>
    (await namespace.converges(spec)).steps.map(({ equivalent }) => equivalent)
  t.deepEqual(await commands({ links: [{ name: 'wg0', wireguard: { listenPort: 51821 } }] }), [
    'wg set wg0 listen-port 51821',
  ])
  // A prefix moves from one peer to the other: nothing need be said of the first.
  t.deepEqual(
    await commands(
      peers([
        { publicKey: A, allowedIps: ['10.9.0.2'] },
        { publicKey: B, allowedIps: ['10.9.0.3', 'fd00::/64'] },
        { publicKey: C },
      ]),
    ),
    [`wg set wg0 peer ${B} allowed-ips +fd00::/64`],
  )
  t.deepEqual(
    await commands(
      peers([{ publicKey: A }, { publicKey: B, allowedIps: [] }, { publicKey: D, allowedIps: ['10.9.0.3'] }]),
    ),
    [`wg set wg0 peer ${D} allowed-ips 10.9.0.3/32 peer ${B} allowed-ips '' peer ${C} remove`],
  )
  t.deepEqual(
    await commands(
      peers([{ publicKey: A, presharedKey: null, persistentKeepalive: 0 }, { publicKey: B }, { publicKey: D }]),
    ),
    [`wg set wg0 peer ${A} preshared-key /dev/null persistent-keepalive 0`],
  )
  t.is(dump(namespace).filter((line) => line.includes(A))[0], `wg0 ${A} (none) 192.0.2.1:51820 10.9.0.2/32 off`)
})

onWireguard('what fails leaves keys, peers, endpoints and prefixes as they were', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply(whole)
  const before = dump(namespace)
  const changed = device({
    privateKey: generatePrivateKey(),
    listenPort: 1,
    fwmark: 0,
    peers: [
      { publicKey: C, endpoint: '192.0.2.7:7', allowedIps: ['10.9.0.2', '10.9.0.3'] },
      { publicKey: A, presharedKey: null, endpoint: '192.0.2.9:9', allowedIps: [] },
      { publicKey: D, allowedIps: ['fd00::/64'] },
    ],
  })
  for (const spec of [changed, device({ privateKey: null, peers: [] }), { links: [{ name: 'wg0', absent: true }] }]) {
    const error = await namespace.fails(spec, { guards: [() => false] })
    t.is(error.code, 'GUARD_FAILED')
    t.true(error.rollback?.restored, error.rollback?.error)
    t.deepEqual(dump(namespace), before)
  }
  const bare = reconcileNamespace(t)
  bare.sh(`ip link add wg0 type wireguard; wg set wg0 peer ${A}`)
  const had = dump(bare)
  const error = await bare.fails(whole, { guards: [() => false] })
  t.true(error.rollback?.restored, error.rollback?.error)
  t.deepEqual(dump(bare), had)
})

onWireguard('a device that is made anew for another kind, and back, has its configuration again', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply(whole)
  const before = dump(namespace)
  const error = await namespace.fails({ links: [{ name: 'wg0', kind: 'bridge' }] }, { guards: [() => false] })
  t.true(error.rollback?.restored, error.rollback?.error)
  t.deepEqual(dump(namespace), before)
})

onWireguard('a snapshot with secrets makes the same in an empty namespace; one without has none', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply(whole)
  const plain = await namespace.snapshot()
  t.deepEqual((await namespace.plan(plain)).steps, [])
  t.false(JSON.stringify(plain).includes(privateKey))
  t.false(JSON.stringify(plain).includes(presharedKey))
  const full = (await snapshot({ namespace: { fd: namespace.fd }, secrets: true })).unwrap()
  t.deepEqual((await namespace.plan(full)).steps, [])
  const other = reconcileNamespace(t)
  await other.apply(full)
  t.deepEqual(dump(other), dump(namespace))
})

onWireguard('many peers with many prefixes are set and read over several messages', async (t) => {
  const namespace = reconcileNamespace(t)
  const peers = Array.from({ length: 400 }, (_value, index) => ({
    publicKey: publicKeyOf(generatePrivateKey()),
    presharedKey: generatePresharedKey(),
    allowedIps: Array.from({ length: index === 7 ? 4000 : 2 }, (_item, item) =>
      item % 2
        ? `fd00:${(index + 1).toString(16)}::${item.toString(16)}/128`
        : `10.${index >> 4}.${((index & 15) << 4) | (item >> 8)}.${item & 255}/32`,
    ),
  }))
  await namespace.converges(device({ privateKey, peers }))
  t.is(namespace.sh('wg show wg0 peers').trim().split('\n').length, 400)
  const lines = new Map(
    namespace
      .sh('wg show wg0 allowed-ips')
      .trim()
      .split('\n')
      .map((line): [string, string[]] => {
        const [key = '', list = ''] = line.split('\t')
        return [key, list.split(' ').sort()]
      }),
  )
  for (const { publicKey, allowedIps } of peers) t.deepEqual(lines.get(publicKey), [...allowedIps].sort())
  const report = await namespace.apply(device({ privateKey, peers: peers.slice(1) }))
  t.is(report.steps[0]?.changes.length, 1)
})

/** Every text that an apply can leave: what is shown is asked for in every way there is. */
onWireguard('no key is in a plan, an error, a report or the command line’s output', async (t) => {
  const namespace = reconcileNamespace(t)
  const texts: string[] = []
  const note = (...values: unknown[]): void => {
    for (const value of values) texts.push(inspect(value, { depth: null }), JSON.stringify(value) ?? '', String(value))
  }
  note(await namespace.plan(whole))
  note((await namespace.plan(whole)).toString())
  note(
    await namespace.apply(whole, {
      onPlan: (plan) => note(plan, plan.toString()),
      onProgress: (...args) => note(args[2]),
    }),
  )
  const newKey = generatePrivateKey()
  const changed = device({ privateKey: newKey, peers: [{ publicKey: A, presharedKey: newKey }] })
  note(await namespace.plan(changed), (await namespace.plan(changed)).toString())
  note(await namespace.fails(changed, { guards: [() => false] }))
  note(await namespace.snapshot())
  const directory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'spec.json')
  writeFileSync(file, JSON.stringify(changed))
  const main = new URL('../../src/cli/main.js', import.meta.url).pathname
  const cli = (...args: string[]): string => {
    try {
      return execFileSync('node', [main, ...args, '--namespace', namespace.path], { encoding: 'utf8', stdio: 'pipe' })
    } catch (error) {
      return inspect(error)
    }
  }
  const state = join(directory, 'state')
  texts.push(cli('plan', file), cli('plan', file, '--json'), cli('show'), cli('show', '--json'))
  texts.push(cli('apply', file, '--state-directory', state, '--confirm-within', '60'))
  const journals = readdirSync(state, { recursive: true }).map((name) => join(state, String(name)))
  const journal = journals.find((name) => name.endsWith('.journal')) ?? ''
  // The journal alone has the former key, so that it can be undone; it is its owner's alone.
  t.true(readFileSync(journal, 'utf8').includes(privateKey))
  t.is(statSync(journal).mode & 0o777, 0o600)
  texts.push(cli('rollback', '--state-directory', state, '--json'))
  t.is(namespace.sh('wg show wg0 private-key').trim(), privateKey)
  for (const text of texts) for (const key of [privateKey, presharedKey, newKey]) t.false(text.includes(key), text)
  t.true(cli('show', '--secrets').includes(privateKey))
})

onWireguard(
  'two namespaces reach each other through a tunnel; a peer that roams is followed, and left where it is',
  async (t) => {
    const [left, right] = [reconcileNamespace(t), reconcileNamespace(t)]
    left.sh(`ip link add u0 type veth peer name u1; ip link set u1 netns ${right.path}`)
    const keys = [generatePrivateKey(), generatePrivateKey()] as const
    const psk = generatePresharedKey()
    const end = (own: number, options: Partial<WireguardPeer>): Spec => ({
      links: [
        { name: own === 0 ? 'u0' : 'u1', up: true, addresses: [`192.0.2.${own + 1}/24`, `192.0.2.${own + 11}/24`] },
        {
          name: 'wg0',
          kind: 'wireguard',
          addresses: [`10.9.0.${own + 1}/24`],
          wireguard: {
            privateKey: keys[own === 0 ? 0 : 1],
            listenPort: 51820,
            peers: [
              {
                publicKey: publicKeyOf(keys[own === 0 ? 1 : 0]),
                presharedKey: psk,
                allowedIps: [`10.9.0.${2 - own}/32`],
                ...options,
              },
            ],
          },
        },
      ],
    })
    await left.apply(end(0, {}))
    await right.apply(end(1, { endpoint: '192.0.2.1:51820' }))
    right.sh('ping -c 3 -W 10 10.9.0.1')
    // The left one has learned where the right one is.
    t.is(left.sh('wg show wg0 endpoints').trim().split('\t')[1], '192.0.2.2:51820')
    t.deepEqual((await left.plan(end(0, {}))).steps, [])
    const elsewhere = { endpoint: '192.0.2.12:51820' }
    t.deepEqual((await left.plan(end(0, { ...elsewhere, roaming: true }))).steps, [])
    const report = await left.apply(end(0, elsewhere))
    t.is(report.steps.length, 1)
    left.sh('ping -c 1 -W 10 10.9.0.2')
    await using network = Network.open({ namespace: { fd: left.fd } }).unwrap()
    const device = (await network.wireguard.get('wg0')).unwrap()
    const [status] = device.status.peers
    t.true((status?.received ?? 0) > 0 && (status?.sent ?? 0) > 0)
    t.true(Math.abs((status?.lastHandshake?.getTime() ?? 0) - Date.now()) < 600_000)
    t.is(device.options.privateKey, undefined)
  },
)

onWireguard('examples/wireguard does what it says', async (t) => {
  const { code, stdout, stderr } = await runProgram(
    sandboxed([process.execPath, inRepository('dist/examples/wireguard.js')]),
    { timeout: 300_000 },
  )
  t.is(code, 0, stderr)
  t.regex(
    stdout,
    /^wg set wg0 peer \S{44} allowed-ips \+10\.20\.0\.0\/16\nwg0: handshake done, something received: true$/m,
  )
})

test.serial('a kernel without it is one clear error before anything is done', async (t) => {
  if (lack !== 'this kernel lacks wireguard') {
    skipped(t, `${lack ?? 'this kernel has wireguard'}`)
    return
  }
  const namespace = reconcileNamespace(t)
  const error = await namespace.refuses(whole, 'UNSUPPORTED')
  t.regex(error.message, /no links of kind wireguard/)
  t.is(error.path, '/links/0/kind')
  t.is(error.rollback, undefined)
})
