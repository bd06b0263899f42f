import { medianOf, type Section } from '../results.js'
import { ofOwnTable } from './contenders.js'

const colors: Readonly<Record<string, string>> = {
  C: '#6b7280',
  linkwright: '#2563eb',
  [ofOwnTable]: '#93c5fd',
  ip: '#d97706',
  Go: '#0d9488',
  'npm netlink': '#be185d',
  pyroute2: '#7c3aed',
}
const [width, labelWidth, barHeight, gap] = [860, 150, 14, 22]

/** Bars of the times of several sections, on a logarithmic scale, as SVG. */
export function chart(title: string, sections: readonly Section[]): string {
  const times = sections.flatMap(({ rows }) => Object.values(rows).map((row) => medianOf(row, 'ms')))
  const [least, greatest] = [10 ** Math.floor(Math.log10(Math.min(...times))), Math.max(...times)]
  const plot = width - labelWidth - 110
  const scale = (ms: number): number => (Math.log10(ms / least) / Math.log10((greatest * 1.1) / least)) * plot
  const parts: string[] = []
  let y = 44
  for (const section of sections) {
    parts.push(`<text x="8" y="${y}" class="work">${escaped(section.title)}</text>`)
    y += 8
    for (const [name, row] of Object.entries(section.rows)) {
      const ms = medianOf(row, 'ms')
      const length = Math.max(2, scale(ms))
      const middle = y + barHeight - 3
      parts.push(
        `<text x="${labelWidth - 8}" y="${middle}" text-anchor="end">${escaped(name)}</text>`,
        `<rect x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight - 2}" fill="${colors[name] ?? '#9ca3af'}"/>`,
        `<text x="${(labelWidth + length + 6).toFixed(1)}" y="${middle}">${duration(ms)}</text>`,
      )
      y += barHeight
    }
    y += gap
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" role="img" aria-label="${escaped(title)}">`,
    '<style>text{font:12px system-ui,sans-serif;fill:#374151}.work{font-weight:600}.title{font-size:15px;font-weight:600}</style>',
    `<rect width="${width}" height="${y}" fill="#fff"/>`,
    `<text x="8" y="20" class="title">${escaped(title)}</text>`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}

function duration(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(0)} ms`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
