import { existsSync, watch } from 'node:fs'
import { text } from 'node:stream/consumers'
import { findJournals } from './journal.js'
import { NamespaceLock } from './lock.js'
import { undoJournal } from './undo.js'

/** Descriptors 3, 4, 5, 6, …: a lock and its namespace for each identity. */
const [directory = '', journalPath = '', ...identities] = process.argv.slice(2)
const locks = identities.map((identity, index) => NamespaceLock.adopt(3 + 2 * index, directory, identity))
const open = new Map(identities.map((identity, index) => [identity, 4 + 2 * index]))

// Whoever started this may be interrupted from the terminal; the promise to undo stands all the same.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)

let isDone = false
const watcher = watch(directory, () => {
  if (isDone && !existsSync(journalPath)) finish()
})

function finish(): never {
  for (const lock of locks) lock.release()
  process.exit(0)
}

async function revert(): Promise<void> {
  watcher.close()
  const found = (await findJournals(directory)).find(({ path }) => path === journalPath)
  if (found && !('refused' in found.content)) {
    await undoJournal(found, { directory, open, held: new Set(identities), lockTimeout: 0 })
  }
  finish()
}

process.stdout.write('ready\n')
// Ends without a number when the process that applies is gone, or has undone everything itself.
const deadline = Number.parseFloat(await text(process.stdin))
isDone = true
if (!existsSync(journalPath)) finish()
if (Number.isNaN(deadline)) await revert()
else setTimeout(() => void revert(), deadline)
