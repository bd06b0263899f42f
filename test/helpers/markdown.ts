/** A fenced block of code in a Markdown page. */
export interface CodeBlock {
  readonly language: string
  /** What follows the language on the fence's line. */
  readonly information: string
  readonly code: string
  /** The line of its first line of code, from 1. */
  readonly line: number
}

/** All fenced blocks of a page, indented ones too. */
export function codeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  const fenced = /^( *)(`{3,})(\w+)([^\n`]*)\n([\s\S]*?)^ *\2`*[ \t]*$/gm
  for (const match of page.matchAll(fenced)) {
    const [, indent = '', , language = '', information = '', code = ''] = match
    blocks.push({
      language,
      information: information.trim(),
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      line: page.slice(0, match.index).split('\n').length + 1,
    })
  }
  return blocks
}

/** The targets of a page's links and images, code left out. */
export function linkTargets(page: string): string[] {
  const prose = page.replaceAll(/^ *(`{3,})[\s\S]*?^ *\1`*[ \t]*$/gm, '').replaceAll(/`[^`\n]*`/g, '')
  const inline = [...prose.matchAll(/\]\(\s*<?([^\s)>]+)/g)]
  const definitions = [...prose.matchAll(/^\[[^\]]+\]:\s+(\S+)/gm)]
  return [...inline, ...definitions].map(([, target = '']) => target)
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchors(page: string): Set<string> {
  const prose = page.replaceAll(/^ *(`{3,})[\s\S]*?^ *\1`*[ \t]*$/gm, '')
  const made = new Set<string>()
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} +(.+)$/gm)) {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = text
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .trim()
      .replaceAll(' ', '-')
    let unique = anchor
    for (let count = 1; made.has(unique); count++) unique = `${anchor}-${count}`
    made.add(unique)
  }
  return made
}
