// A host of micro-VMs: a bridge, a TAP device for each guest, kept to its addresses, rates and the host's services, and
// ports that lead to it. Who has which place is kept in a file, so that nobody's addresses change as others come and go.
//   node dist/examples/microvmHost.js FILE UPLINK up
//   node dist/examples/microvmHost.js FILE UPLINK add NAME [PORT:GUESTPORT]   prints how to start it
//   node dist/examples/microvmHost.js FILE UPLINK remove NAME
//   node dist/examples/microvmHost.js FILE UPLINK down
// The monitors run as the user of the number MICROVM_USER.
// Without arguments it shows itself in a throw-away network namespace, with guests that are hosts in this process.
// expect: /^web is 10\.20\.0\.2\/16 on tap0, db is 10\.20\.0\.3\/16 on tap1$/
// expect: /^web reaches db in [\d.]+ ms$/
// expect: /^web is gone, db stays: 0 of \d+ pings were lost$/
// expect: /^cache has the place that was free: 10\.20\.0\.2\/16$/
// expect: /^left: lo, up1, up0$/
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { apply, type Guest, type GuestOptions, type NamespaceReference, ping, snapshot } from 'linkwright'
import { withNamespace } from 'linkwright/testing'
import { openTap, type TunTapDevice } from '../src/tuntap/index.js'
import { answerPings } from './echoHost.js'
import {
  type BootFiles,
  cloudHypervisorCommand,
  firecrackerConfiguration,
  qemuCommand,
} from './microvmHost/commands.js'
import { MicrovmHost } from './microvmHost/host.js'
import { ping as pingByGuest } from './pinger.js'

const files: BootFiles = { kernel: 'vmlinux', rootFileSystem: 'rootfs.ext4' }

const user = Number(process.env['MICROVM_USER'] ?? process.getuid?.())
const [file, uplink = 'eth0', command, name = '', port] = process.argv.slice(2)
if (file === undefined) await withNamespace(({ fd }) => demonstrate({ fd }))
else await run(new MicrovmHost({ file, uplink, user }))

async function run(host: MicrovmHost): Promise<void> {
  if (command === 'up') await host.up()
  else if (command === 'down') await host.down()
  else if (command === 'remove') await host.remove(name)
  else if (command === 'add') {
    const guest = await host.add({ name, ...forwardOf(port) })
    console.log(`firecracker --no-api --config-file ${name}.json, with in it:`)
    console.log(firecrackerConfiguration(guest, files))
    console.log(qemuCommand(guest, files))
    console.log(cloudHypervisorCommand(guest, files))
  } else throw new Error(`what is ${String(command)}? up, add, remove or down`)
}

function forwardOf(text: string | undefined): Pick<GuestOptions, 'portForward'> {
  if (text === undefined) return {}
  const [from, to] = text.split(':').map(Number)
  if (from === undefined) return {}
  return { portForward: [{ protocol: 'tcp', port: from, ...(to === undefined ? {} : { guestPort: to }) }] }
}

async function demonstrate(namespace: { readonly fd: number }): Promise<void> {
  const directory = mkdtempSync(`${tmpdir()}/microvms-`)
  const up: Parameters<typeof apply>[0] = { links: [{ name: 'up0', kind: 'veth', veth: { peer: { name: 'up1' } } }] }
  const made = await apply(up, { namespace })
  if (made.err) throw made.val
  const host = new MicrovmHost({ file: `${directory}/places.json`, uplink: 'up0', user, namespace })
  await host.up()
  const web = await host.add({ name: 'web', ...forwardOf('8080:80') })
  const db = await host.add({ name: 'db' })
  console.log(`web is ${web.address} on ${web.tap}, db is ${db.address} on ${db.tap}`)

  const dbDevice = start(db, namespace)
  const answered = answerPings(dbDevice, { mac: db.mac, addresses: [db.address, db.address6 ?? db.address] })
  const webDevice = start(web, namespace)
  const [address = ''] = web.address.split('/')
  const [target = ''] = db.address.split('/')
  const milliseconds = await pingByGuest(webDevice, { mac: web.mac, address }, target)
  console.log(`web reaches db in ${milliseconds.toFixed(1)} ms`)
  webDevice.close()

  const pings = pingOften(target, namespace.fd)
  await host.remove('web')
  await delay(100)
  const { sent, lost } = await pings.end()
  console.log(`web is gone, db stays: ${lost} of ${sent} pings were lost`)
  const cache = await host.add({ name: 'cache' })
  console.log(`cache has the place that was free: ${cache.address}`)

  dbDevice.close()
  await answered
  await host.down()
  const left = await snapshot({ namespace })
  if (left.ok) console.log(`left: ${(left.val.links ?? []).map((link) => link.name).join(', ')}`)
  rmSync(directory, { recursive: true })
}

/** What a monitor does: it opens the guest's device. */
function start({ tap }: Guest, namespace: NamespaceReference): TunTapDevice {
  return openTap({ name: tap, namespace }).unwrap()
}

/** Pings from the host until it is told to end. */
function pingOften(address: string, namespaceFd: number) {
  let sent = 0
  let lost = 0
  const controller = new AbortController()
  const guard = ping(address, { timeout: 1000 })
  const done = (async () => {
    while (!controller.signal.aborted) {
      sent++
      try {
        await guard({ namespaceFd, signal: AbortSignal.timeout(2000) })
      } catch {
        lost++
      }
      await delay(5)
    }
  })()
  return {
    async end() {
      controller.abort()
      await done
      return { sent, lost }
    },
  }
}
