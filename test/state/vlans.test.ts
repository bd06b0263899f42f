import test from 'ava'
import fc from 'fast-check'
import type { PortVlan } from '../../src/rtnetlink/bridgeVlan.js'
import { vlansBesides, vlansOf } from '../../src/rtnetlink/vlanRange.js'
import {
  areAmong,
  compactGlobalVlans,
  compactVlans,
  defaultVlans,
  globalVlanChanges,
  normalizeVlans,
  vlanChanges,
  withDefaultPvid,
} from '../../src/state/vlans.js'

/** What each VLAN has, as the kernel keeps it. */
type Model = Map<number, { pvid: boolean; untagged: boolean; tunnel: number; state: string; router: number }>

function modelOf(vlans: readonly PortVlan[], model: Model = new Map()): Model {
  for (const { id, pvid = false, untagged = false, tunnelId, state, multicastRouter } of vlans) {
    const { first, last } = vlansOf(id)
    for (let vlan = first; vlan <= last; vlan++) {
      const had = model.get(vlan) ?? { tunnel: 0, state: 'forwarding', router: 1 }
      // The kernel takes no other tunnel for a VLAN that has one.
      if (tunnelId && had.tunnel !== 0) throw new Error(`VLAN ${vlan} has the tunnel ${had.tunnel}`)
      const tunnel = tunnelId === undefined ? had.tunnel : tunnelId === 0 ? 0 : tunnelId + vlan - first
      const next = { ...had, pvid, untagged, tunnel, state: state ?? had.state, router: multicastRouter ?? had.router }
      model.set(vlan, next)
    }
  }
  return model
}

const vlanList = fc
  .uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 12 })
  .chain((cuts) => {
    const sorted = [...cuts].sort((a, b) => a - b)
    return fc.tuple(
      ...sorted.map((first, index) =>
        fc.record(
          {
            id: fc.integer({ min: first, max: (sorted[index + 1] ?? 70) - 1 }).map((last) => `${first}-${last}`),
            untagged: fc.boolean(),
            tunnelId: fc.integer({ min: 1, max: 40 }),
            state: fc.constantFrom('forwarding', 'blocking'),
            multicastRouter: fc.integer({ min: 0, max: 2 }),
          },
          { requiredKeys: ['id'] },
        ),
      ),
    )
  })
  .map((list) => normalizeVlans(list as PortVlan[]))

test('what is changed of any list of VLANs makes any other', (t) => {
  fc.assert(
    fc.property(vlanList, vlanList, (wanted, actual) => {
      const changes = vlanChanges(wanted, actual)
      const model = modelOf(actual)
      for (const { id } of changes?.deleted ?? []) {
        const { first, last } = vlansOf(id)
        for (let vlan = first; vlan <= last; vlan++) model.delete(vlan)
      }
      modelOf(changes?.released ?? [], model)
      modelOf(changes?.added ?? [], model)
      // What is not stated stays.
      const expected = modelOf(wanted)
      const former = modelOf(actual)
      for (const { id, state, multicastRouter } of wanted) {
        const { first, last } = vlansOf(id)
        for (let vlan = first; vlan <= last; vlan++) {
          const [own, had] = [expected.get(vlan), former.get(vlan)]
          if (own && had && state === undefined) own.state = had.state
          if (own && had && multicastRouter === undefined) own.router = had.router
        }
      }
      t.deepEqual(new Map([...model].sort(([a], [b]) => a - b)), new Map([...expected].sort(([a], [b]) => a - b)))
      t.is(vlanChanges(actual, actual), undefined)
    }),
  )
})

test('lists have one form, and a short one for people', (t) => {
  const all = normalizeVlans([30, '10-12', { id: 13 }, { id: '14-14' }, { id: 16, pvid: true, untagged: true }, 15])
  t.deepEqual(all, [{ id: '10-15' }, { id: 16, pvid: true, untagged: true }, { id: 30 }])
  t.deepEqual(
    normalizeVlans([
      { id: 1, tunnelId: 100 },
      { id: '2-3', tunnelId: 101 },
      { id: 4, tunnelId: 101 },
    ]),
    [
      { id: '1-3', tunnelId: 100 },
      { id: 4, tunnelId: 101 },
    ],
  )
  t.deepEqual(
    compactVlans([
      { id: '1-9', state: 'forwarding', multicastRouter: 1 },
      { id: 10, state: 'blocking' },
    ]),
    ['1-9', { id: 10, state: 'blocking' }],
  )
  t.deepEqual(
    compactGlobalVlans([
      { id: 1, multicastSnooping: true },
      { id: 2, multicastQuerier: true },
      // As a kernel of 250 ticks a second has it.
      { id: 3, multicastStartupQueryInterval: 31.24 },
    ]),
    [{ id: 2, multicastQuerier: true }],
  )
  t.deepEqual(vlansBesides([10, '20-4094']), [
    { first: 1, last: 9 },
    { first: 11, last: 19 },
  ])
  t.deepEqual(vlansBesides([]), [{ first: 1, last: 4094 }])
  t.true(areAmong({ id: '5-6' }, [{ id: '1-9' }]))
  t.false(areAmong({ id: '5-10' }, [{ id: '1-9' }]))
})

test('another default PVID takes the place of the former, where that still is the PVID', (t) => {
  const own = normalizeVlans([{ id: 1, pvid: true, untagged: true }, '2-9'])
  t.deepEqual(withDefaultPvid(own, 1, 5), [{ id: '2-4' }, { id: 5, pvid: true, untagged: true }, { id: '6-9' }])
  t.deepEqual(withDefaultPvid(own, 1, 0), [{ id: '2-9' }])
  t.deepEqual(withDefaultPvid([{ id: 1 }], 1, 5), [{ id: 1 }])
  t.deepEqual(defaultVlans(0), [])
})

test('options on the whole bridge are set where they differ', (t) => {
  const actual = [{ id: '1-100', multicastSnooping: true, multicastQuerierInterval: 255 }]
  t.deepEqual(globalVlanChanges([{ id: '50-150', multicastSnooping: false }], actual), [
    { id: '50-150', multicastSnooping: false },
  ])
  t.deepEqual(globalVlanChanges([{ id: '50-150', multicastSnooping: true }], actual), [])
})
