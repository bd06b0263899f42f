/**
 * Fetches and unpacks Debian's kernels for the tests that boot guests: `npm run kernels:fetch -- [SERIES…]`. The series
 * is `6.1` unless told; one that is there already is not fetched again.
 */
import { fetchKernel, keptKernel } from './image.js'

const [, , ...series] = process.argv
for (const one of series.length > 0 ? series : ['6.1']) {
  const { release } = keptKernel(one) ?? fetchKernel(one)
  console.log(`Linux ${release}`)
}
