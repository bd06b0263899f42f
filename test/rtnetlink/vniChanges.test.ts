import test from 'ava'
import fc from 'fast-check'
import { compactVnis, findVni, normalizeVnis, vniChanges, withoutVnis } from '../../src/rtnetlink/vniChanges.js'
import { vnisOf } from '../../src/rtnetlink/vniRange.js'
import type { VxlanVni } from '../../src/rtnetlink/vxlanVni.js'

type Hosts = Omit<VxlanVni, 'id'>

const hosts = fc.constantFrom<Hosts>({}, { group: '239.1.1.1' }, { remote: '10.0.0.9' })
/** Which hosts each of a few VNIs has. */
const byVni = fc.dictionary(fc.integer({ min: 1, max: 12 }).map(String), hosts)

const listed = (vnis: Readonly<Record<string, Hosts>>): VxlanVni[] =>
  normalizeVnis(Object.entries(vnis).map(([id, own]) => ({ id: Number(id), ...own })))

function one(list: readonly VxlanVni[]): Record<string, Hosts> {
  const result: Record<string, Hosts> = {}
  for (const { id, ...own } of list) {
    for (let { first, last } = vnisOf(id); first <= last; first++) result[first] = own
  }
  return result
}

test('changes make one list the other, and what goes was there', (t) => {
  fc.assert(
    fc.property(byVni, byVni, (wanted, actual) => {
      const changes = vniChanges(listed(wanted), listed(actual))
      if (!changes) {
        t.deepEqual(wanted, actual)
        return
      }
      const gone = Object.keys(one(changes.deleted))
      t.true(gone.every((id) => id in actual))
      const kept = one(withoutVnis(listed(actual), changes.deleted))
      const added = one(changes.added)
      t.true(Object.keys(added).every((id) => !(id in kept)))
      t.deepEqual({ ...kept, ...added }, wanted)
    }),
  )
})

test('ranges are as long as can be, and written shortly', (t) => {
  const list = normalizeVnis([7, '5-6', { id: 8, group: '239.1.1.1' }, { id: '9-10', group: '239.1.1.1' }, 20])
  t.deepEqual(compactVnis(list), ['5-7', { id: '8-10', group: '239.1.1.1' }, 20])
  t.throws(() => vnisOf(0), { instanceOf: RangeError })
  t.throws(() => vnisOf('1-16777216'), { instanceOf: RangeError })
})

test('what a list says of a VNI is found in it, and nothing for one between', (t) => {
  fc.assert(
    fc.property(byVni, fc.integer({ min: 1, max: 13 }), (vnis, number) => {
      const found = findVni(listed(vnis), number)
      t.deepEqual(found && one([found])[number], vnis[number])
    }),
  )
})
