import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { commandLine, temporaryFile } from '../helpers/commandLine.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'

const bridge = 'links: [{ name: br0, kind: bridge, addresses: [10.0.0.1/24] }]'

interface Stage extends TestNamespace {
  readonly file: string
  readonly place: readonly string[]
  links(): unknown[]
}

function stage(t: ExecutionContext, spec = bridge): Stage {
  const namespace = testNamespace(t)
  const directory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  return {
    ...namespace,
    file: temporaryFile(t, 'net.yaml', spec),
    place: ['-n', namespace.path, '--state-directory', directory],
    links: () => namespace.ip('link').map(({ ifname }) => ifname),
  }
}

test.serial('apply --confirm-within tells until when; confirm keeps it', async (t) => {
  const { file, place, links } = stage(t)
  const applied = await commandLine('apply', file, '--confirm-within', '60', ...place)
  t.is(applied.status, 0, applied.err)
  t.regex(applied.err, /will be undone at 20.*Z unless confirmed: linkwright confirm --namespace \/proc/)
  const confirmed = await commandLine('confirm', ...place)
  t.deepEqual([confirmed.status, confirmed.err], [0, 'confirmed\n'])
  const again = await commandLine('confirm', ...place)
  t.is(again.status, 1)
  t.regex(again.err, /nothing waits to be confirmed/)
  t.deepEqual(links(), ['lo', 'br0'])
})

test.serial('rollback undoes before the time, and says by which commands', async (t) => {
  const { file, place, links } = stage(t)
  t.is((await commandLine('apply', file, '--confirm-within', '60', '--json', ...place)).status, 0)
  const locked = await commandLine('apply', file, ...place)
  t.is(locked.status, 1)
  t.regex(locked.err, /was changed by process \d+.*, which waits until 20.*Z for confirm or rollback/)
  const undone = await commandLine('rollback', ...place)
  t.is(undone.status, 0, undone.err)
  t.regex(undone.out, /ip link delete .*br0/)
  t.deepEqual(links(), ['lo'])
  const nothing = await commandLine('rollback', '--json', ...place)
  t.is(nothing.status, 1)
  t.is(JSON.parse(nothing.out).error.code, 'NOT_FOUND')
})

test.serial('a guard on the command line', async (t) => {
  const { file, place, links, sh } = stage(t)
  sh('ip link set lo up')
  const kept = await commandLine('apply', file, '--ping', '10.0.0.1', ...place)
  t.is(kept.status, 0, kept.err)
  const closed = temporaryFile(t, 'more.yaml', 'links: [{ name: br1, kind: bridge }]')
  const refused = await commandLine('apply', closed, '--tcp', '[::1]:9', ...place)
  t.is(refused.status, 1)
  t.regex(refused.err, /guard tcp/)
  t.deepEqual(links(), ['lo', 'br0'])
  t.is((await commandLine('apply', file, '--tcp', 'host:x', ...place)).status, 2)
  t.is((await commandLine('apply', file, '--ping', 'host', ...place)).status, 2)
  t.is((await commandLine('apply', file, '--confirm-within', 'soon', ...place)).status, 2)
})

test.serial('--prune removes what is not in the spec any more, for its owner alone', async (t) => {
  const { file, place, links } = stage(t)
  t.is((await commandLine('apply', file, ...place)).status, 0)
  const other = temporaryFile(t, 'other.yaml', 'links: [{ name: br1, kind: bridge }]')
  const owner = ['--owner', 'vpn', '--protocol', '120']
  t.is((await commandLine('apply', other, '--prune', ...owner, ...place)).status, 0)
  t.deepEqual(links(), ['lo', 'br0', 'br1'])
  t.is((await commandLine('apply', other, '--prune', ...place)).status, 0)
  t.deepEqual(links(), ['lo', 'br1'])
  t.is((await commandLine('apply', other, '--owner', 'vpn', ...place)).status, 2)
})
