import { type Findings, isOfDebian, type Section, sections } from './findings.js'

/** What no test can try, and why. */
const untestable: Readonly<Record<string, string>> = {
  'bridge.multicastHashElasticity': 'which kernels take and ignore',
  'macsec.offload': 'which needs hardware to be anything but `off`',
}

/** A kernel as a heading of the table: `Linux 6.12`. */
function heading({ release }: Findings): string {
  return `${isOfDebian(release) ? '' : 'small '}Linux ${release.split('.').slice(0, 2).join('.')}`
}

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

/** What works of a section on a kernel. */
function cell({ kind, section, names }: Section, { absent, sections: found }: Findings): string {
  if (absent.includes(kind.kind)) return 'no such kind'
  const { proven = [], lacking = [], applied = false } = found[section] ?? {}
  if (!applied) return 'not tried'
  const open = names.filter((name) => !proven.includes(name) && !lacking.includes(name))
  return [
    lacking.length === 0 ? 'all' : `all but ${code(lacking)}`,
    ...(open.length === 0 ? [] : [`not tried: ${code(open)}`]),
  ].join('; ')
}

/** The rows of the table: sections of which the same holds are one row. */
function rows(all: readonly Findings[]): string[] {
  const byCells = new Map<string, string[]>()
  for (const section of sections()) {
    const cells = all.map((findings) => cell(section, findings)).join(' | ')
    byCells.set(cells, [...(byCells.get(cells) ?? []), section.section])
  }
  return [...byCells]
    .map(([cells, names]): [string, string] => [code(names.sort((a, b) => a.localeCompare(b, 'en'))), cells])
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([names, cells]) => `| ${names} | ${cells} |`)
}

/** What is final of each kind, those of which the same is together. */
function immutables(): string[] {
  const byOptions = new Map<string, string[]>()
  for (const { kind, section } of sections()) {
    const options = code(kind.immutable ?? [])
    if (section === kind.kind && options !== '') byOptions.set(options, [...(byOptions.get(options) ?? []), section])
  }
  return [...byOptions]
    .map(([options, names]) => `- ${code(names.sort((a, b) => a.localeCompare(b, 'en')))}: ${options}`)
    .sort((a, b) => a.localeCompare(b, 'en'))
}

/** The page on kinds of links, as Markdown. */
export function kindsPage(all: readonly Findings[]): string {
  return `---
title: Link kinds
group: Guides
---

# Link kinds

<!-- Written by \`npm run kinds\` of the registry and test/kernels/kinds.json. -->

Which kinds of links the SDK makes, and which of their options work on which kernel. An option _works_ if a test gave it
a value that is not its default, and \`ip\` and the SDK both read it back; if it was changed on the living link, or made
the link anew where no kernel changes it; if a second \`apply\` found nothing to do; and if a snapshot made the same link
in another namespace.

What a kernel lacks is refused before anything is changed (error \`UNSUPPORTED\`), since the kernel would ignore it. That is
asked of the kernel itself and not told by its version, because a kernel can be built without a module.

| options of | ${all.map(heading).join(' | ')} |
| --- | ${all.map(() => '---').join(' | ')} |
${rows(all).join('\n')}

The kernels are ${all.map(({ release }) => `\`${release}\``).join(', ')}: those of Debian with all their modules, and the
last one as it is built for small virtual machines. Debian leaves out \`amt\`, \`bareudp\` and \`virtWifi\`: for Linux 6.1 and
6.12 their modules were built of its source (\`npm run test:kernels -- --left-out\`).

No test tries ${Object.entries(untestable)
    .map(([option, reason]) => `\`${option}\`, ${reason}`)
    .join('; and ')}.

## What makes a link anew

Another value of these makes the link anew, with its addresses, routes and ports; a plan says \`recreate\`. So do some
changes of others, such as those that take a VXLAN device from IPv4 to IPv6.

${immutables().join('\n')}
`
}
