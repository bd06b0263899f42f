import test from 'ava'
import type { Problem } from '../../src/error.js'
import { farEndsMadeAnew } from '../../src/reconcile/losses/farEnds.js'
import type { Wish } from '../../src/reconcile/reach/pairs.js'
import type { NetkitOptions } from '../../src/rtnetlink/index.js'
import type { ListedLink } from '../../src/rtnetlink/link.js'
import { emptyState } from '../../src/state/model.js'

const end = (name: string, netkit: NetkitOptions, primary: boolean): ListedLink => ({
  name,
  index: 2,
  hardwareType: 1,
  flags: 0,
  kind: 'netkit',
  linkNamespaceId: 0,
  status: { primary },
  netkit,
})

const wish = (link: ListedLink, wanted?: NetkitOptions): Wish => ({
  desired: {
    links: wanted ? [{ name: link.name, path: '/links/0', absent: false, properties: { netkit: wanted } }] : [],
    routes: [],
    nexthops: [],
    rules: [],
    neighbors: [],
    forwarding: {},
  },
  actual: { ...emptyState, links: new Map([[link.name, { link, addresses: [] }]]) },
})

test('the far end of a pair in another mode goes and comes back, without what the mode decides', async (t) => {
  const problems: Problem[] = []
  const far = await farEndsMadeAnew(
    new Map([
      ['', wish(end('nk0', { peer: { name: 'eth0', namespace: 'blue' }, mode: 'l3' }, true), { mode: 'l2' })],
      ['blue', wish(end('eth0', { peer: { name: 'nk0' } }, false))],
    ]),
    problems,
  )
  t.deepEqual(problems, [])
  t.deepEqual(
    [...(far.get('blue') ?? [])],
    [['eth0', { lost: ['mac', 'arp'], by: 'nk0 in the namespace of the program' }]],
  )
})

test('a pair that is led from a named namespace into that of the program cannot be made anew', async (t) => {
  const problems: Problem[] = []
  const far = await farEndsMadeAnew(
    new Map([
      ['', wish(end('nk0', { peer: { name: 'eth0', namespace: 'blue' } }, false))],
      ['blue', wish(end('eth0', { peer: { name: 'nk0' }, mode: 'l3' }, true), { mode: 'l2' })],
    ]),
    problems,
  )
  t.is(far.size, 0)
  t.is(problems[0]?.path, '/links/0')
  t.regex(problems[0]?.message ?? '', /eth0 leads a pair whose other end, nk0, is in the namespace of the program/)
})
