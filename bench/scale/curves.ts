import { medianOf, type Section } from '../results.js'

const colors = ['#2563eb', '#0d9488', '#d97706', '#be185d', '#7c3aed', '#6b7280', '#65a30d']
const [width, height, left, right, top, bottom] = [860, 420, 70, 250, 40, 40]

/** A line for each section: the time of a work by the number of objects, both on logarithmic scales, as SVG. */
export function curves(title: string, sections: readonly Section[], work: string): string {
  const lines = sections.map(({ title: name, rows }) => ({
    name,
    points: Object.entries(rows).map(([count, runs]) => ({ x: Number(count), y: medianOf(runs, work) })),
  }))
  const all = lines.flatMap(({ points }) => points)
  const x = scale(
    all.map((point) => point.x),
    left,
    width - right,
  )
  const y = scale(
    all.map((point) => point.y),
    height - bottom,
    top,
  )
  const grid = [
    ...x.decades.map((at) => gridLine(x.place(at), height - bottom, x.place(at), top, numberOf(at), 'middle', 0, 16)),
    ...y.decades.map((at) => gridLine(left, y.place(at), width - right, y.place(at), duration(at), 'end', -6, 4)),
  ]
  const drawn = lines.map(({ name, points }, index) => {
    const color = colors[index % colors.length]
    const places = points.map((point) => `${x.place(point.x).toFixed(1)},${y.place(point.y).toFixed(1)}`)
    const legend = top + 12 + index * 20
    return [
      `<polyline points="${places.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>`,
      ...places.map((place) => {
        const [cx, cy] = place.split(',')
        return `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${color}"/>`
      }),
      `<rect x="${width - right + 16}" y="${legend - 9}" width="12" height="10" fill="${color}"/>`,
      `<text x="${width - right + 34}" y="${legend}">${name}</text>`,
    ].join('\n')
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">`,
    '<style>text{font:12px system-ui,sans-serif;fill:#374151}.title{font-size:15px;font-weight:600}</style>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="8" y="20" class="title">${title}</text>`,
    ...grid,
    ...drawn,
    '</svg>\n',
  ].join('\n')
}

/** Whole powers of ten around some values, from one place to another. */
function scale(values: readonly number[], start: number, end: number) {
  const least = Math.floor(Math.log10(Math.min(...values)))
  const greatest = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values))))
  return {
    decades: Array.from({ length: greatest - least + 1 }, (_, index) => 10 ** (least + index)),
    place: (value: number): number => start + ((Math.log10(value) - least) / (greatest - least)) * (end - start),
  }
}

function gridLine(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  label: string,
  anchor: 'middle' | 'end',
  dx: number,
  dy: number,
): string {
  const [fromX, fromY, toX, toY] = [x1, y1, x2, y2].map((place) => place.toFixed(1))
  return [
    `<line x1="${fromX}" y1="${fromY}" x2="${toX}" y2="${toY}" stroke="#e5e7eb"/>`,
    `<text x="${(x1 + dx).toFixed(1)}" y="${(y1 + dy).toFixed(1)}" text-anchor="${anchor}">${label}</text>`,
  ].join('\n')
}

function numberOf(value: number): string {
  return value.toLocaleString('en-US')
}

function duration(ms: number): string {
  return ms >= 1000 ? `${numberOf(ms / 1000)} s` : `${ms} ms`
}
