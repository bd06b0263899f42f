import test from 'ava'
import { snapshot } from '../../src/reconcile/snapshot.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { sectionOf } from '../../src/state/link.js'
import { type KindCase, shownBy } from './kindCase.js'
import { kindOfSection, lackingOf } from './kindLacking.js'
import { type ReconcileNamespace, reconcileNamespace } from './reconcile.js'
import { record } from './record.js'

// One program for all, since starting one takes longest under emulation.
const setupOfAll = `ip -batch - <<'END'
link add v0 type veth peer name v1
address add 10.0.0.1/24 dev v0
address add fd00::1/64 dev v0 nodad
link set v0 up
link set v1 up
END
`

/** A snapshot with its keys. The order of links is that of their age. */
async function wholeSnapshot({ fd }: ReconcileNamespace): Promise<Spec> {
  const { links = [], ...rest } = (await snapshot({ namespace: { fd }, secrets: true })).unwrap()
  return { ...rest, links: [...links].sort((a, b) => a.name.localeCompare(b.name, 'en')) }
}

/** What `ip` shows of links, without the numbers of ports, and links that options name which not every kernel tells. */
function lastingPicture(namespace: ReconcileNamespace, { section, link }: KindCase): string[] {
  const options = sectionOf(link, section) ?? {}
  const untold = (kindOfSection(section).untold ?? []).map((option) => `"ifname":"${options[option]}"`)
  return namespace
    .picture({ portable: true, links: true })
    .filter((line) => !untold.some((part) => line.includes(part)))
    .map((line) => line.replace(/"id":"\w+","no":"\w+","designated_port":\d+,/, ''))
}

/** Makes what a case tells by specs: twice, in another namespace, changed, and anew. */
export function proveByReconciler(kindCase: KindCase): void {
  const { title, setup = 'true', section, link, shown, changes, recreates = [] } = kindCase
  // One after the other: the tools that they call hold the process up, and requests would time out meanwhile.
  test.serial(`applied twice, changed, made anew, and carried into another namespace: ${title}`, async (t) => {
    const namespace = reconcileNamespace(t)
    const lacking = await lackingOf(t, namespace.fd, kindCase)
    if (!lacking) return
    namespace.sh(`${setupOfAll}${setup}`)
    const { kind = '' } = link
    const { defaults, portDefaults } = kindOfSection(section)
    const ordinary = new Map<string, unknown>(Object.entries((section === kind ? defaults : portDefaults) ?? {}))
    const spec = (options: object = {}): LinkSpec => ({
      name: link.name,
      kind,
      ...(link.master === undefined ? {} : { master: link.master }),
      ...(Object.keys(options).length > 0 ? { [section]: options } : {}),
    })
    /** What the kernel lacks can be told to be what it does anyway. */
    const known = (options: object = {}): Record<string, unknown> =>
      Object.fromEntries(
        Object.entries(options)
          .filter(([name]) => !lacking.has(name) || ordinary.has(name))
          .map(([name, value]): [string, unknown] => [name, lacking.has(name) ? ordinary.get(name) : value]),
      )
    const actionOf = async (options: object): Promise<string | undefined> => {
      const wanted = { links: [spec(options)] }
      const { steps } = await namespace.apply(wanted)
      t.deepEqual((await namespace.apply(wanted)).steps, [], 'the second time there is something to do')
      return steps.find(({ object, id, action }) => object === 'link' && id === link.name && action !== 'delete')
        ?.action
    }
    const whole = known(sectionOf(link, section))
    t.is(await actionOf(whole), 'create')
    const words = Object.entries(shown).flatMap(([name, word]) => (lacking.has(name) ? [] : Object.entries(word)))
    if (!link.mac && words.length > 0) t.like(shownBy(namespace, link.name, section), Object.fromEntries(words))

    const carried = await wholeSnapshot(namespace)
    const other = reconcileNamespace(t)
    await other.apply(carried)
    t.deepEqual(lastingPicture(other, kindCase), lastingPicture(namespace, kindCase))
    t.deepEqual(await wholeSnapshot(other), carried)

    const altered = known(sectionOf(changes ?? {}, section))
    if (Object.keys(altered).some((name) => !lacking.has(name))) t.is(await actionOf(altered), 'update')
    for (const values of recreates) {
      const [first] = Object.keys(values)
      if (first === undefined || lacking.has(first)) continue
      t.is(await actionOf(known(values)), 'recreate', first)
    }
    const had = (options: object | undefined) => Object.keys(options ?? {}).filter((name) => !lacking.has(name))
    record({
      type: 'kind',
      section,
      applied: true,
      created: had(sectionOf(link, section)),
      changed: had(sectionOf(changes ?? {}, section)),
    })
  })
}

/** Whether a case is about a tunnel over IP. */
export function isTunnel({ section }: KindCase): boolean {
  return ['ipip', 'sit', 'ip6tnl', 'vti', 'vti6', 'xfrm'].includes(section) || /gre|erspan|geneve|vxlan/.test(section)
}
