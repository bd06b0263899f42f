import test, { type ExecutionContext } from 'ava'
import { apply } from '../../src/reconcile/apply.js'
import type { NetworkSpec, Spec } from '../../src/spec/types.js'
import { countingKernel } from '../helpers/countingKernel.js'
import { picture, type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

interface Stage {
  readonly host: ReconcileNamespace
  /** The name of a sandbox's namespace, which ends with the test. */
  readonly named: (number: number) => string
}

/** A host with a bridge, as of a program that gives each sandbox a namespace and a pair. */
async function stage(t: ExecutionContext, label: string): Promise<Stage> {
  const host = reconcileNamespace(t)
  const prefix = `lwt-few-${process.pid}-${label}-`
  t.teardown(() => host.sh(`for name in $(ip netns list | grep -o '^${prefix}[^ ]*'); do ip netns delete $name; done`))
  await host.apply({ links: [{ name: 'br0', kind: 'bridge', addresses: ['10.0.0.1/16'] }] })
  return { host, named: (number) => `${prefix}${number}` }
}

function sandbox({ named }: Stage, number: number): Spec {
  const inner: NetworkSpec = {
    links: [{ name: 'lo' }, { name: 'eth0', addresses: [`10.0.1.${number}/16`] }],
    routes: [{ to: 'default', via: '10.0.0.1' }],
    forwarding: { ipv4: true },
  }
  return {
    links: [
      { name: `h${number}`, kind: 'veth', master: 'br0', veth: { peer: { name: 'eth0', namespace: named(number) } } },
    ],
    namespaces: { [named(number)]: inner },
  }
}

/** How many bytes the kernels tell where one more sandbox is made beside others, and where it is there already. */
async function toldOfOne(t: ExecutionContext, others: number): Promise<readonly [number, number]> {
  const place = await stage(t, `${others}`)
  const specs = Array.from({ length: others }, (_, number) => sandbox(place, number + 1))
  await place.host.apply({
    links: specs.flatMap(({ links = [] }) => links),
    namespaces: Object.fromEntries(specs.flatMap(({ namespaces = {} }) => Object.entries(namespaces))),
  })
  const told: number[] = []
  for (const isThere of [false, true]) {
    const counting = countingKernel()
    const spec = sandbox(place, others + 1)
    const result = await apply(spec, { namespace: { fd: place.host.fd }, kernel: counting.kernel })
    t.is(result.unwrap().changed, !isThere)
    told.push(counting.told())
  }
  const inside = `ip netns exec ${place.named(others + 1)}`
  t.regex(place.host.sh(`${inside} ip route`), /default via 10\.0\.0\.1 dev eth0/)
  t.is(place.host.sh(`${inside} sysctl -n net.ipv4.ip_forward`).trim(), '1')
  return [told[0] ?? 0, told[1] ?? 0]
}

test('making a sandbox with a namespace of its own reads nothing of the others', async (t) => {
  const [few, many] = [await toldOfOne(t, 3), await toldOfOne(t, 18)]
  t.log(`${few} bytes beside 3 sandboxes, ${many} beside 18`)
  // A link takes 1,500, and one of them was read twice at least.
  t.true(many[0] < few[0] + 1_500)
  t.true(many[1] < few[1] + 1_500)
})

test('a sandbox that cannot be made leaves nothing behind, in no namespace', async (t) => {
  const place = await stage(t, 'undone')
  const { host } = place
  // No link gets a link-local address by itself, which would come with its carrier.
  const quiet = 'sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.addr_gen_mode=1'
  host.sh(`ip netns add ${place.named(1)}; ip netns exec ${place.named(1)} ${quiet}`)
  await host.apply(sandbox(place, 1))
  const there = { ...host, sh: (script: string) => host.sh(`ip netns exec ${place.named(1)} sh -c '${script}'`) }
  const both = (): string[] => [
    ...host.picture(),
    ...picture(there),
    host.sh(`ip netns list | grep -o '^${place.named(0).slice(0, -1)}[^ ]*' | sort`),
  ]
  const before = both()
  const { links = [], namespaces } = sandbox(place, 2)
  const unfit: Spec = {
    links: [...links, { name: 'zz', kind: 'tap', mtu: 65_530 }],
    ...(namespaces ? { namespaces } : {}),
  }
  const result = await apply(unfit, { namespace: { fd: host.fd } })
  t.true(result.err)
  t.deepEqual(both(), before)
})

test('a pair whose other end has the name of a link that nobody wants otherwise is refused before anything is done', async (t) => {
  const place = await stage(t, 'taken')
  const { host } = place
  host.sh(`ip netns add ${place.named(1)}; ip netns exec ${place.named(1)} ip link add eth0 type bridge`)
  const { links = [] } = sandbox(place, 1)
  const result = await apply(
    { links, namespaces: { [place.named(1)]: { links: [{ name: 'lo' }] } } },
    { namespace: { fd: host.fd } },
  )
  t.like(result.err ? result.val : {}, { code: 'INVALID_SPEC' })
  t.regex(host.sh(`ip netns exec ${place.named(1)} ip -d link show eth0`), /bridge/)
  t.notRegex(host.sh(`ip netns exec ${place.named(1)} ip link show lo`), /UP/)
})

test('a bridge that follows a new port of another MTU is put back, also where a pair leads from a sandbox', async (t) => {
  const place = await stage(t, 'mtu')
  const { host } = place
  host.sh('ip link add t0 type veth peer name t1; ip link set t0 master br0 up; ip link set t1 up')
  const spec: Spec = {
    links: [
      { name: 'h1', master: 'br0', mtu: 1400 },
      { name: 'h2', kind: 'veth', veth: { peer: { name: 'h1' } } },
      { name: 'zz', kind: 'tap', mtu: 65_530 },
    ],
  }
  const before = host.picture()
  const result = await apply(spec, { namespace: { fd: host.fd } })
  t.true(result.err)
  t.deepEqual(host.picture(), before)
})

test('what stands on a bridge is put back where that follows a port which a pair makes as its other end', async (t) => {
  const { host } = await stage(t, 'end')
  host.sh('ip link add t0 type veth peer name t1; ip link set t0 master br0 up; ip link set t1 up')
  host.sh('ip link add link br0 mv0 type macvlan; ip link set mv0 up')
  const before = host.picture()
  const spec: Spec = {
    links: [
      { name: 'h1', master: 'br0' },
      { name: 'h2', kind: 'veth', veth: { peer: { name: 'h1', mtu: 1400 } } },
    ],
  }
  const result = await apply(spec, { namespace: { fd: host.fd }, guards: [() => Promise.resolve(false)] })
  t.true(result.err)
  t.deepEqual(host.picture(), before)
})
