import test from 'ava'
import { createLinkCommands } from '../../src/reconcile/equivalent/createLink.js'
import { updateLinkCommands } from '../../src/reconcile/equivalent/updateLink.js'
import { output } from '../helpers/program.js'

/** The words that a shell takes a command for. */
function wordsOf(command: string): readonly string[] {
  return output(['sh', '-c', `printf '%s\\n' ${command}`])
    .trimEnd()
    .split('\n')
}

const texts = ['x y', 'plain', "the host's", '$(id) `id` "x" \\', "''", 'a;b & c', "'x y'"]

for (const text of texts) {
  test(`a shell takes the alias ${text} for one word`, (t) => {
    const created = createLinkCommands({ name: 'q0', kind: 'bridge', alias: text }).flatMap(wordsOf)
    t.is(created[created.indexOf('alias') + 1], text)
    const changed = updateLinkCommands(
      {
        type: 'updateLink',
        name: 'q0',
        kind: 'bridge',
        changes: { alias: text, group: 5 },
        addedAltNames: [],
        removedAltNames: [],
        bounce: false,
      },
      [],
    )
    t.deepEqual(changed.flatMap(wordsOf), ['ip', 'link', 'set', 'dev', 'q0', 'alias', text, 'group', '5'])
  })
}

test('a name that a shell would take apart is quoted once', (t) => {
  const commands = createLinkCommands({ name: 'q$0', kind: 'bridge', master: "b'r" })
  t.deepEqual(commands.flatMap(wordsOf).slice(-7), ['ip', 'link', 'set', 'dev', 'q$0', 'master', "b'r"])
})

for (const name of ['q0', 'q$0']) {
  test(`a shell takes an alternative name of ${name} for one word`, (t) => {
    const altNames = ['x y', "the host's", '$(id)', 'plain', 'größe']
    const created = createLinkCommands({ name, kind: 'bridge', altNames })
    const changed = updateLinkCommands(
      {
        ...{ type: 'updateLink', name, kind: 'bridge', changes: {}, bounce: true },
        ...{ addedAltNames: altNames, removedAltNames: altNames },
      },
      [],
    )
    const words = [...created, ...changed].map((command) => wordsOf(command))
    for (const action of ['add', 'del']) {
      const told = words.filter((command) => command[2] === 'property' && command[3] === action)
      t.deepEqual(
        [...new Set(told.map((command) => command.join('|')))],
        altNames.map((altName) => ['ip', 'link', 'property', action, 'dev', name, 'altname', altName].join('|')),
      )
    }
    t.deepEqual(words.at(-1), ['ip', 'link', 'set', 'dev', name, 'up'])
  })
}
