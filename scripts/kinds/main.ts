/**
 * Writes docs/kinds.md from the registry and from what tests found out on each kernel:
 *
 * `npm run kinds -- [RESULTS…]`
 *
 * Each file is what `npm run test:kernels -- 6.1 6.12 here --json FILE -- TESTS…` wrote of the tests rtnetlink/kind* and
 * reconcile/{every*,bonds,vlans,vnis,wireguard,macsec,team}, or some of them: what is needed of them is kept in test/kernels/kinds.json, so
 * that without a file the page is written anew for what the registry has become.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { inRepository } from '../../test/helpers/repository.js'
import type { KernelResults } from '../kernels/results.js'
import { type Findings, findingsOf, mergedFindings } from './findings.js'
import { kindsPage } from './page.js'

const kept = inRepository('test/kernels/kinds.json')
const page = inRepository('docs/kinds.md')

const results = process.argv.slice(2).flatMap((path): KernelResults[] => JSON.parse(readFileSync(path, 'utf8')))
const before: Findings[] = JSON.parse(readFileSync(kept, 'utf8'))
// Several files may be of one kernel.
const findings = results.reduce((all, one) => mergedFindings(all, [findingsOf(one)]), before)
if (results.length > 0) writeFileSync(kept, JSON.stringify(findings))
writeFileSync(page, kindsPage(findings))
execFileSync('npx', ['biome', 'format', '--write', page, kept], { stdio: 'inherit' })
