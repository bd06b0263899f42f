import type { SnapshotOptions } from '../../src/reconcile/options/options.js'
import { snapshot } from '../../src/reconcile/snapshot.js'
import type { LeftOut, PackedSnapshot, Snapshot } from '../../src/spec/types.js'

/** A snapshot of a namespace, and what was told to be left out of it. */
export async function snapshotAndLeftOut(
  namespace: { readonly fd: number },
  routes: NonNullable<SnapshotOptions['routes']>,
): Promise<{ spec: Snapshot | PackedSnapshot; leftOut: readonly LeftOut[] }> {
  const leftOut: LeftOut[] = []
  const onLeftOut = (left: LeftOut): void => {
    leftOut.push(left)
  }
  const spec =
    routes === 'set'
      ? (await snapshot({ namespace, routes, onLeftOut })).unwrap()
      : (await snapshot({ namespace, onLeftOut })).unwrap()
  return { spec, leftOut }
}
