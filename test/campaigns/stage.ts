import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apply } from '../../src/reconcile/apply.js'
import type { Spec } from '../../src/spec/types.js'
import { deleteNamespace, namespaceDirectory } from '../../src/system/namespace.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'
import { makeQuiet } from '../helpers/quiet.js'
import { picture } from '../helpers/reconcile.js'
import { blue, type CorpusCase, green } from './corpus/index.js'

let count = 0

/** The kernel adds it when a link has had its first carrier, and keeps it: net/ipv6/addrconf.c, addrconf_dev_config */
const comesWithCarrier = /"type":"multicast","dst":"ff00::\/8".*"protocol":"kernel"/

/** A throw-away namespace, and those with names that a case wants, in which a case is played. */
export class Stage implements Disposable {
  readonly namespace: TestNamespace
  /** Where its applies are noted. */
  readonly stateDirectory: string = mkdtempSync(join(tmpdir(), 'linkwright-campaign-'))
  readonly #ends: (() => unknown)[] = []
  readonly #names: ReadonlyMap<string, string>
  readonly #hasFirewall: boolean

  private constructor(hasFirewall: boolean) {
    this.#hasFirewall = hasFirewall
    this.namespace = testNamespace({ teardown: (end) => this.#ends.push(end) })
    const own = `lwc-${process.pid}-${count++}`
    this.#names = new Map([
      [blue, `${own}-blue`],
      [green, `${own}-green`],
    ])
  }

  /** Where a spec is about, as options. */
  get place(): { readonly namespace: { readonly path: string }; readonly stateDirectory: string } {
    return { namespace: { path: this.namespace.path }, stateDirectory: this.stateDirectory }
  }

  /** Furnishes a stage as a case begins. */
  static async of(play: Pick<CorpusCase, 'start' | 'base'> & Partial<CorpusCase>): Promise<Stage> {
    const stage = new Stage(/"(nat|confine)":/.test(JSON.stringify([play.base, play.target])))
    try {
      // Addresses that links get by themselves would come at their own time.
      makeQuiet(stage.namespace.fd)
      stage.ip(play.start)
      if (play.base) {
        const result = await apply(stage.named(play.base), stage.place)
        if (result.err) throw result.val
      }
      return stage
    } catch (error) {
      stage.close()
      throw error
    }
  }

  /** Runs commands of `ip`, with the options that they begin with. */
  ip(commands: readonly string[]): void {
    const batches: { options: string; lines: string[] }[] = []
    for (const command of commands) {
      // A batch has its options once.
      const [, options = '', line = ''] = /^((?:-n \S+ |-\d )*)(.*)$/.exec(this.#replaced(command)) ?? []
      const last = batches.at(-1)
      if (last?.options === options) last.lines.push(line)
      else batches.push({ options, lines: [line] })
    }
    const script = batches.map(({ options, lines }) => `ip ${options}-batch - <<'END'\n${lines.join('\n')}\nEND`)
    this.namespace.sh(`set -e\n${script.join('\n')}`)
  }

  /** Runs a script in a namespace that a case names; nothing where there is none. */
  runIn(placeholder: string, script: string): string {
    const name = this.#names.get(placeholder) ?? ''
    if (!existsSync(`${namespaceDirectory}/${name}`)) return ''
    return this.namespace.sh(`ip netns exec ${name} sh -s <<'END'\n${script}\nEND`)
  }

  /** Runs commands of `ip`, whether or not each succeeds. */
  try(commands: readonly string[]): void {
    this.namespace.sh(`${commands.map((command) => `ip ${command} 2>/dev/null; `).join('')}true`)
  }

  /** A spec with the names that namespaces have here. */
  named(spec: Spec): Spec {
    const named: Spec = JSON.parse(this.#replaced(JSON.stringify(spec)))
    return named
  }

  #replaced(text: string): string {
    let replaced = text
    for (const [placeholder, name] of this.#names) replaced = replaced.replaceAll(placeholder, name)
    return replaced
  }

  /** What `ip` shows of all namespaces; a MAC address that was drawn is a word, unless it is of this stage. */
  picture({ own }: { readonly own: boolean }): string[] {
    const lines = picture(this.namespace, { portable: true })
    for (const [placeholder, name] of this.#names) {
      if (!existsSync(`${namespaceDirectory}/${name}`)) continue
      const shown = picture(
        { ...this.namespace, sh: (command) => this.namespace.sh(`ip netns exec ${name} sh -c '${command}'`) },
        { portable: true },
      )
      lines.push(...shown.map((line) => `${placeholder} ${line}`))
    }
    if (this.#hasFirewall) lines.push(...firewall(this.namespace))
    lines.push(`rules in order: ${this.namespace.sh('ip -4 rule; ip -6 rule').replaceAll(/\s+/g, ' ')}`)
    return (own ? lines : lines.map(withoutDrawnMacs))
      .filter((line) => !comesWithCarrier.test(line))
      .map((line) => this.#neutral(line))
      .sort()
  }

  #neutral(line: string): string {
    // A device that was up once keeps a queueing discipline; a port that comes back has the next free number.
    let neutral = line.replace(/"qdisc":"\w+",|"(id|no)":"0x\w+",|"designated_port":\d+,/g, '')
    for (const [placeholder, name] of this.#names) neutral = neutral.replaceAll(name, placeholder)
    return neutral
  }

  close(): void {
    for (const name of this.#names.values()) if (existsSync(`${namespaceDirectory}/${name}`)) deleteNamespace(name)
    for (const end of this.#ends.splice(0)) end()
    rmSync(this.stateDirectory, { recursive: true, force: true })
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/** What `nft` shows, a line a table. */
function firewall(namespace: TestNamespace): string[] {
  const tables = namespace.sh('nft -s list ruleset').split(/^(?=table )/m)
  return tables.filter((table) => table !== '').map((table) => `firewall: ${table.replaceAll(/\s+/g, ' ')}`)
}

/** Every MAC address that the corpus gives begins with 02:00:00. */
function withoutDrawnMacs(line: string): string {
  return line.replace(/"(?!02:00:00:|00:00:00:00:00:00|ff:ff:ff)(?:[0-9a-f]{2}:){5}[0-9a-f]{2}"/g, '"drawn"')
}
