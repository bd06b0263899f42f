// A change that keeps itself in check, in a throw-away network namespace: a guard decides, a deadline waits for a word,
// two owners share the namespace, and what is no longer in the spec goes.
// expect: /^guard: guard ping 10\.0\.0\.9: no answer .*; undone: true$/
// expect: /^until confirmed, others get LOCKED$/
// expect: /^unconfirmed, taken back: links lo$/
// expect: /^confirmed: links lo, br0$/
// expect: /^pruned: - link br0$/
// expect: /^left for the other owner: links lo, br1$/
import { setTimeout as delay } from 'node:timers/promises'
import { apply, confirm, type NamespaceReference, ping, type Result, type Spec, snapshot } from 'linkwright'
import { withNamespace } from 'linkwright/testing'

const spec: Spec = { links: [{ name: 'br0', kind: 'bridge', addresses: ['10.0.0.1/24'] }] }

await withNamespace(async ({ reference: namespace }) => {
  const guards = [ping('10.0.0.9', { timeout: 300 })]
  const failed = await apply(spec, { namespace, guards })
  if (failed.err) console.log(`guard: ${failed.val.message}; undone: ${failed.val.rollback?.restored}`)

  value(await apply(spec, { namespace, confirmWithin: 300 }))
  const locked = await apply({}, { namespace })
  if (locked.err) console.log(`until confirmed, others get ${locked.val.code}`)
  // Another process keeps watch: were this one killed now, everything would be taken back all the same.
  value(await apply({}, { namespace, lockTimeout: 10_000 }))
  console.log(`unconfirmed, taken back: ${await links(namespace)}`)

  value(await apply(spec, { namespace, confirmWithin: 10_000 }))
  value(await confirm({ namespace }))
  await delay(300)
  console.log(`confirmed: ${await links(namespace)}`)

  const other = { namespace, owner: 'vpn', protocol: 120 }
  value(await apply({ links: [{ name: 'br1', kind: 'bridge' }] }, other))
  const pruned = value(
    await apply({}, { namespace, prune: true, onPlan: (plan) => console.log(`pruned: ${firstLine(plan)}`) }),
  )
  if (!pruned.changed) throw new Error('nothing was pruned')
  console.log(`left for the other owner: ${await links(namespace)}`)
})

async function links(namespace: NamespaceReference): Promise<string> {
  const now = value(await snapshot({ namespace }))
  return `links ${(now.links ?? []).map(({ name }) => name).join(', ')}`
}

function firstLine(text: { toString(): string }): string {
  return text.toString().split('\n')[0] ?? ''
}

/** The value of a success; a failure ends the program. */
function value<T>(result: Result<T>): T {
  if (result.err) throw result.val
  return result.val
}
