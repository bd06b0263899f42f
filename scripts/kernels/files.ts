import { execFileSync } from 'node:child_process'
import { inRepository } from '../../test/helpers/repository.js'

/** What the tests of these files find does not depend on the kernel. */
const withoutKernel = [
  'ip/',
  'scripts/',
  'state/',
  'documentation',
  'layers',
  'package',
  'netlink/(extendedAck|message|scalars|struct|table)',
  'packet/(checksum|odd|views)',
  'genetlink/golden\\w*',
  'rtnetlink/(arbitraryBytes|golden\\w*|kindCoverage|kindTables|packed/(packedRoutes|rowIndex)|registry|roundTrip|uapi)',
  'spec/(addressHint|loadRoutes|routeSet|schema|validate)',
  'testing/(fakeNexthops|pairsOnFakeKernel|rareKindsOnFakeKernel|wireguardOnFakeKernel|macsecOnFakeKernel|teamOnFakeKernel)',
]

const pure = new RegExp(
  `^dist/test/(${withoutKernel.map((path) => (path.endsWith('/') ? path : `${path}\\.`)).join('|')})`,
)

/** The files that patterns of bash name, or all whose tests ask the kernel. */
export function testFiles(patterns: readonly string[]): string[] {
  const wanted = patterns.length > 0 ? patterns : ['dist/test/**/*.test.js']
  const script = `shopt -s globstar nullglob; printf '%s\\n' ${wanted.join(' ')}`
  const printed = execFileSync('bash', ['-c', script], { cwd: inRepository('.'), encoding: 'utf8' })
  const files = [...new Set(printed.split('\n').filter(Boolean))]
  return patterns.length > 0 ? files : files.filter((file) => !pure.test(file))
}
