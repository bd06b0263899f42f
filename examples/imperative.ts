// The imperative side in a throw-away network namespace: objects one by one, and the kernel's events.
// expect: /^br0 has index \d+ and mtu 1400$/
// expect: /^to 10\.20\.1\.1 by 10\.0\.0\.2 over br0$/
// expect: /^once more: EEXIST$/
// expect: /^event: new link br0$/
import { Network, type Result } from 'linkwright'
import { withNamespace } from 'linkwright/testing'

await withNamespace(async ({ reference: namespace }) => {
  await using network = value(Network.open({ namespace }))
  const events = network.events({ links: true })

  const bridge = value(await network.links.create({ name: 'br0', kind: 'bridge', mtu: 1400, up: true }))
  console.log(`${bridge.name} has index ${bridge.index} and mtu ${bridge.mtu}`)

  value(await network.addresses.add({ address: '10.0.0.1/24', dev: 'br0' }))
  value(await network.routes.add({ to: '10.20.0.0/16', via: '10.0.0.2' }))
  const route = value(await network.routes.get('10.20.1.1'))
  console.log(`to 10.20.1.1 by ${route.via} over ${route.dev}`)

  const again = await network.links.create({ name: 'br0', kind: 'bridge' })
  if (again.err) console.log(`once more: ${again.val.code}`)

  for await (const event of events) {
    if (event.kind !== 'link' || event.link.name !== 'br0') continue
    console.log(`event: ${event.action} link ${event.link.name}`)
    break
  }
})

/** The value of a success; a failure ends the program. */
function value<T>(result: Result<T>): T {
  if (result.err) throw result.val
  return result.val
}
