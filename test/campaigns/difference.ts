/** What one picture has and the other has not: whole objects, and of links that both have only what differs. */
export function difference(actual: readonly string[], expected: readonly string[]): string[] {
  const missing = expected.filter((line) => !actual.includes(line))
  const surplus = actual.filter((line) => !expected.includes(line))
  const found: string[] = []
  for (const line of missing) {
    const link = linkOf(line)
    const index = surplus.findIndex((other) => link !== undefined && linkOf(other) === link)
    const [other] = index < 0 ? [] : surplus.splice(index, 1)
    if (other === undefined) found.push(`- ${line}`)
    else found.push(`~ ${link}: ${changed(parsed(line), parsed(other), '').join(', ')}`)
  }
  return [...found, ...surplus.map((line) => `+ ${line}`)]
}

/** What begins the line of a link and its name. */
function linkOf(line: string): string | undefined {
  return /^(\S* ?address: ).*?"ifname":("[^"]*")/.exec(line)?.slice(1).join('')
}

function parsed(line: string): unknown {
  return JSON.parse(line.slice(line.indexOf('{')))
}

function changed(expected: unknown, actual: unknown, path: string): string[] {
  const [one, other] = [JSON.stringify(expected), JSON.stringify(actual)]
  if (one === other) return []
  if (!isObject(expected) || !isObject(actual)) return [`${path} ${one} -> ${other}`]
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)])
  return [...names].flatMap((name) => changed(expected[name], actual[name], `${path}.${name}`))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
