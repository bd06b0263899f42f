/** One test of a run. */
export interface TestResult {
  readonly title: string
  /** A test that found its kernel wanting says so, and is skipped although AVA has no such state at run time. */
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** What the test told by `t.log`. */
  readonly logs: readonly string[]
}

/** Reads what AVA printed with `--tap`: https://testanything.org/tap-version-13-specification.html */
export function readTap(text: string): TestResult[] {
  const results: { title: string; outcome: TestResult['outcome']; logs: string[] }[] = []
  for (const line of text.split('\n')) {
    const [, not, title] = /^(not )?ok \d+ - (.*?)\r?$/.exec(line) ?? []
    const last = results.at(-1)
    if (title !== undefined) {
      const isSkipped = / # (SKIP|TODO)\b/.test(title)
      results.push({ title, outcome: isSkipped ? 'skipped' : not ? 'failed' : 'passed', logs: [] })
    } else if (last && /^# {3}/.test(line)) {
      last.logs.push(line.slice(4).trimEnd())
      if (last.outcome === 'passed' && line.startsWith('#   skipped,')) last.outcome = 'skipped'
    }
  }
  return results
}

/** How many of each outcome. */
export function countOutcomes(results: readonly TestResult[]): Readonly<Record<TestResult['outcome'], number>> {
  const count = { passed: 0, failed: 0, skipped: 0 }
  for (const { outcome } of results) count[outcome]++
  return count
}
