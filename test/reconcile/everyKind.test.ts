import test, { type ExecutionContext } from 'ava'
import { Connection } from '../../src/netlink/connection.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import { knowsKind, knowsOption } from '../../src/rtnetlink/kindProbe.js'
import { linkKind } from '../../src/rtnetlink/kinds/registry.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { sectionOf } from '../../src/state/link.js'
import { type KindCase, kindCases } from '../helpers/kindCases.js'
import { reconcileNamespace } from '../helpers/reconcile.js'
import { record } from '../helpers/record.js'

/** The options that this kernel knows; nothing where it lacks the kind. The first question loads the module. */
async function lackingOf(
  t: ExecutionContext,
  fd: number,
  { section, link }: KindCase,
): Promise<ReadonlySet<string> | undefined> {
  const connection = new Connection(new FfiTransport({ namespaceFd: fd }))
  t.teardown(() => connection.close())
  const kind = linkKind(section) ?? linkKind(section.replace(/Port$/, ''))
  if (!kind) throw new Error(`no kind of ${section}`)
  if (!(await knowsKind(kind, connection))) {
    t.log(`skipped, this kernel has no ${kind.kind}`)
    t.pass()
    return undefined
  }
  const lacking = new Set<string>()
  for (const name of section === kind.kind ? Object.keys(sectionOf(link, section) ?? {}) : []) {
    if ((await knowsOption(kind, name, connection)) === false) lacking.add(name)
  }
  if (lacking.size > 0) t.log(`not tested, this kernel lacks ${[...lacking].join(', ')}`)
  return lacking
}

const setupOfAll = [
  'ip link add v0 type veth peer name v1',
  'ip address add 10.0.0.1/24 dev v0',
  'ip address add fd00::1/64 dev v0 nodad',
  'ip link set v0 up; ip link set v1 up',
].join(' && ')

// What bridges are is tried by tests of their own, with what a kernel without VLAN filtering lacks left out.
for (const kindCase of kindCases.filter(({ section }) => !section.startsWith('bridge'))) {
  const { title, setup = 'true', section, link, changes, recreates = [] } = kindCase
  // One after the other: the tools that they call hold the process up, and requests would time out meanwhile.
  test.serial(`applied twice, changed, made anew, and carried into another namespace: ${title}`, async (t) => {
    const namespace = reconcileNamespace(t)
    const lacking = await lackingOf(t, namespace.fd, kindCase)
    if (!lacking) return
    namespace.sh(`${setupOfAll}; ${setup}`)
    const { kind = '' } = link
    const spec = (options: object = {}): LinkSpec => ({
      name: link.name,
      kind,
      ...(link.master === undefined ? {} : { master: link.master }),
      ...(Object.keys(options).length > 0 ? { [section]: options } : {}),
    })
    const known = (options: object = {}): Record<string, unknown> =>
      Object.fromEntries(Object.entries(options).filter(([name]) => !lacking.has(name)))
    const actionOf = async (options: object): Promise<string | undefined> => {
      const wanted = { links: [spec(options)] }
      const { steps } = await namespace.apply(wanted)
      t.deepEqual((await namespace.plan(wanted)).steps, [], 'the second time there is something to do')
      return steps.find(({ id, object }) => object === 'link' && id === link.name)?.action
    }
    const whole = known(sectionOf(link, section))
    t.is(await actionOf(whole), 'create')
    await namespace.converges({ links: [spec(whole)] })

    const carried = await namespace.snapshot()
    const other = reconcileNamespace(t)
    await other.apply(carried)
    t.deepEqual(other.picture({ portable: true }), namespace.picture({ portable: true }))
    // The order of links is that of their age.
    const byName = ({ links = [], ...rest }: Spec): Spec => ({
      ...rest,
      links: [...links].sort((a, b) => a.name.localeCompare(b.name, 'en')),
    })
    t.deepEqual(byName(await other.snapshot()), byName(carried))

    const altered = known(sectionOf(changes ?? {}, section))
    if (Object.keys(altered).length > 0) t.is(await actionOf(altered), 'update')
    for (const values of recreates) {
      const [first] = Object.keys(values)
      if (first === undefined || lacking.has(first)) continue
      t.is(await actionOf(known(values)), 'recreate', first)
    }
    record({ type: 'kind', section, applied: true })
  })
}
