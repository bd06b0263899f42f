import test from 'ava'
import { GenericNetlink } from '../../src/genetlink/genericNetlink.js'
import { Connection } from '../../src/netlink/connection.js'
import { apply, plan } from '../../src/reconcile/apply.js'
import { type TriedValue, takesValue } from '../../src/reconcile/capability/sampleOfValue.js'
import { snapshot } from '../../src/reconcile/snapshot.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { FakeKernel } from '../../src/testing/fakeKernel.js'
import { teamOf, teamPort } from '../helpers/team.js'

/** One with a team whose mode is activebackup, and which has an active port. */
async function withTeam(): Promise<FakeKernel> {
  const kernel = new FakeKernel()
  ;(await apply(teamOf({ mode: 'activebackup', activePort: 'p1' }, teamPort('p1')), { kernel })).unwrap()
  return kernel
}

const lackingModes = (modes: readonly string[], kernel = new FakeKernel()) => {
  const asked: TriedValue[] = []
  const lacksValue = (tried: TriedValue): Promise<boolean> => {
    asked.push(tried)
    return Promise.resolve(modes.includes(tried.value))
  }
  return { asked, kernel: Object.assign(kernel, { lacksValue }) }
}

test('modes that the kernel lacks are one error of the plan, before anything is done', async (t) => {
  const { kernel } = lackingModes(['random', 'loadbalance'])
  const links: readonly LinkSpec[] = [
    { name: 'd0', kind: 'dummy' },
    { name: 'team0', kind: 'team', team: { mode: 'random' } },
    { name: 'team1', kind: 'team', team: { mode: 'roundrobin' } },
    { name: 'team2', kind: 'team', team: { mode: 'loadbalance' } },
  ]
  for (const act of [plan, apply]) {
    const result = await act({ links }, { kernel })
    if (result.ok) return t.fail()
    t.is(result.val.code, 'UNSUPPORTED')
    t.deepEqual(
      result.val.problems?.map(({ path, message }) => [path, message]),
      [
        [
          '/links/1/team/mode',
          'link team0: this kernel has no team.mode random, nor a module team-mode-random to load for it',
        ],
        [
          '/links/3/team/mode',
          'link team2: this kernel has no team.mode loadbalance, nor a module team-mode-loadbalance to load for it',
        ],
      ],
    )
    t.is((await snapshot({ kernel })).unwrap().links?.length, 1)
  }
})

test('a mode that a team has is not asked for again', async (t) => {
  const { kernel, asked } = lackingModes(['activebackup'], await withTeam())
  const more: Spec = {
    links: [
      { name: 'team0', team: { activePort: null, notifyPeersCount: 5 } },
      { name: 'team1', kind: 'team', team: { mode: 'activebackup' } },
      { name: 'team2', kind: 'team' },
    ],
  }
  ;(await apply(more, { kernel })).unwrap()
  t.deepEqual(asked, [])
  const error = await apply({ links: [{ name: 'team1', team: { mode: 'broadcast' } }] }, { kernel })
  t.true(error.ok)
  t.deepEqual(asked, [{ kind: 'team', option: 'mode', value: 'broadcast' }])
})

test('a mode is tried by giving it to a team', async (t) => {
  const values: boolean[] = []
  for (const value of ['random', 'quantum']) {
    const kernel = new FakeKernel()
    using connection = new Connection(kernel.transport())
    using generic = new Connection(kernel.transportOf('generic'))
    const tried = { kind: 'team', option: 'mode', value }
    values.push(await takesValue(tried, connection, new GenericNetlink(generic), {}))
  }
  t.deepEqual(values, [true, false])
})
