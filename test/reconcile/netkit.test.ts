import test, { type ExecutionContext } from 'ava'
import type { Spec } from '../../src/index.js'
import type { NetkitOptions } from '../../src/rtnetlink/index.js'
import { hasKind } from '../helpers/hasKind.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const withNetkit = hasKind('netkit') ? test.serial : test.serial.skip

/** A namespace, and the name of another one that ends with the test. */
function twoNamespaces(t: ExecutionContext, label: string): { here: ReconcileNamespace; blue: string } {
  const here = reconcileNamespace(t)
  const blue = `lwt-nk-${process.pid}-${label}`
  t.teardown(() => here.sh(`ip netns delete ${blue} 2>/dev/null || true`))
  return { here, blue }
}

/** A pair between the two, of which both ends can be told their policy. */
const wire = (blue: string, options: NetkitOptions = {}, far: NetkitOptions = {}): Spec => ({
  links: [
    {
      name: 'nk0',
      kind: 'netkit',
      netkit: { peer: { name: 'eth0', namespace: blue }, ...options },
      addresses: ['10.0.0.1/24'],
    },
  ],
  namespaces: { [blue]: { links: [{ name: 'eth0', netkit: far, addresses: ['10.0.0.2/24'] }] } },
})

const reaches = ({ sh }: ReconcileNamespace): boolean =>
  sh('ping -c1 -W1 10.0.0.2 >/dev/null && echo yes || true').trim() === 'yes'

for (const mode of ['l3', 'l2'] as const) {
  withNetkit(`packets go by the policy of each end of a netkit pair in ${mode}, whichever is told`, async (t) => {
    const { here, blue } = twoNamespaces(t, mode)
    await here.converges(wire(blue, { mode }))
    t.true(reaches(here))
    for (const closed of [
      wire(blue, { policy: 'blackhole' }),
      wire(blue, { policy: 'forward', peerPolicy: 'blackhole' }),
      wire(blue, {}, { policy: 'forward', peerPolicy: 'blackhole' }),
    ]) {
      const { steps } = await here.converges(closed)
      t.deepEqual(
        steps.map(({ action, id }) => `${action} ${id}`),
        ['update nk0'],
      )
      t.false(reaches(here))
    }
    await here.converges(wire(blue, {}, { peerPolicy: 'forward' }))
    t.true(reaches(here))
  })
}

withNetkit('a netkit pair in another mode is made anew, and packets go through it', async (t) => {
  const { here, blue } = twoNamespaces(t, 'modes')
  await here.converges(wire(blue, { mode: 'l2' }))
  for (const mode of ['l3', 'l2'] as const) {
    const { steps } = await here.converges(wire(blue, { mode }))
    t.is(steps.find(({ id }) => id === 'nk0')?.action, 'recreate')
    const [shown = {}] = here.ip('link', 'show', 'dev', 'nk0')
    t.is(shown['address'] === '00:00:00:00:00:00', mode === 'l3')
    t.true(reaches(here))
  }
})

withNetkit('both ends of a netkit pair in one namespace keep what they had when it is made anew', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({
    links: [
      { name: 'nk0', kind: 'netkit', netkit: { peer: { name: 'nk1' }, mode: 'l2', policy: 'blackhole' } },
      { name: 'nk1', mac: '02:00:00:00:00:01', mtu: 1400, addresses: ['10.0.0.2/24'] },
    ],
  })
  await namespace.converges({ links: [{ name: 'nk1', netkit: { mode: 'l3' } }] })
  await namespace.converges({ links: [{ name: 'nk1', mac: '02:00:00:00:00:01', netkit: { mode: 'l2' } }] })
  const lead = (await namespace.snapshot()).links?.find(({ name }) => name === 'nk0')
  t.deepEqual(lead?.netkit, { peer: { name: 'nk1' }, mode: 'l2', policy: 'blackhole' })
  t.like(namespace.ip('link', 'show', 'dev', 'nk1')[0], { address: '02:00:00:00:00:01', mtu: 1400 })
  t.regex(namespace.sh('ip -br address show nk1'), /10.0.0.2\/24/)
})

withNetkit('what fails after the policies of a netkit pair have changed undoes them', async (t) => {
  const { here, blue } = twoNamespaces(t, 'undone')
  await here.converges(wire(blue, { policy: 'forward' }))
  const closed = wire(blue, {}, { peerPolicy: 'blackhole' })
  await here.refuses({ ...closed, routes: [{ to: '10.1.0.0/16', via: '10.9.9.9' }] }, 'ENETUNREACH')
  t.true(reaches(here))
})
