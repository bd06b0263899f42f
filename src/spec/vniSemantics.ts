import { vnisOf } from '../rtnetlink/vniRange.js'
import type { Path } from './pointer.js'
import type { Report } from './report.js'
import type { LinkSpec } from './types.js'

/** What is wrong with the VNIs of VXLANs. */
export function* vniProblems(links: readonly LinkSpec[], path: Path, report: Report): Generator<void> {
  for (const [index, { vxlan }] of links.entries()) {
    yield
    const at = [...path, index, 'vxlan', 'vnis']
    if (vxlan?.vnis && vxlan.vnifilter === false) report(at, 'a VXLAN without vnifilter has no list of VNIs')
    const ranges: { readonly first: number; readonly last: number }[] = []
    for (const [position, vni] of (vxlan?.vnis ?? []).entries()) {
      const { id, group, remote } = typeof vni === 'object' ? vni : { id: vni }
      const { first, last } = vnisOf(id)
      const twice = ranges.find((range) => range.first <= last && first <= range.last)
      if (twice) report([...at, position], `VNI ${Math.max(first, twice.first)} is listed twice`)
      if (group !== undefined && remote !== undefined) {
        report([...at, position], 'only one of group and remote can be given')
      }
      ranges.push({ first, last })
    }
  }
}
