import { vnisOf } from '../rtnetlink/vniRange.js'
import type { Path } from './pointer.js'
import type { Report } from './report.js'
import type { LinkSpec } from './types.js'

/** VNIs that an entry of a list stands for. */
interface Listed {
  readonly position: number
  readonly first: number
  readonly last: number
}

/** What is wrong with the VNIs of VXLANs. */
export function* vniProblems(links: readonly LinkSpec[], path: Path, report: Report): Generator<void> {
  for (const [index, { vxlan }] of links.entries()) {
    yield
    const at = [...path, index, 'vxlan', 'vnis']
    if (vxlan?.vnis && vxlan.vnifilter === false) report(at, 'a VXLAN without vnifilter has no list of VNIs')
    const all: Listed[] = []
    for (const [position, vni] of (vxlan?.vnis ?? []).entries()) {
      yield
      const { id, group, remote } = typeof vni === 'object' ? vni : { id: vni }
      if (group !== undefined && remote !== undefined) {
        report([...at, position], 'only one of group and remote can be given')
      }
      all.push({ position, ...vnisOf(id) })
    }
    for (const [position, vni] of twice(all)) report([...at, position], `VNI ${vni} is listed twice`)
  }
}

/** VNIs that an earlier entry has already, by the positions of the later ones. */
function twice(all: readonly Listed[]): [position: number, vni: number][] {
  const found = new Map<number, number>()
  let widest: Listed | undefined
  for (const one of [...all].sort((a, b) => a.first - b.first)) {
    if (widest && one.first <= widest.last) {
      const later = Math.max(one.position, widest.position)
      found.set(later, Math.min(found.get(later) ?? one.first, one.first))
    }
    if (!widest || one.last > widest.last) widest = one
  }
  return [...found].sort(([a], [b]) => a - b)
}
