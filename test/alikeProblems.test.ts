import test from 'ava'
import { lineOfProblem, linesOfProblems } from '../src/alikeProblems.js'

const lacking = (index: number) => ({ path: `/links/${index}/kind`, message: 'this kernel has no links of kind bond' })

test('what is wrong with many is told once, with the number of the others', (t) => {
  const other = { path: '', message: 'a spec is an object' }
  const many = Array.from({ length: 200 }, (_, index) => lacking(index))
  t.deepEqual(linesOfProblems([...many, other], lineOfProblem), [
    '/links/0/kind: this kernel has no links of kind bond',
    '  and 199 more like it, /links/1/kind to /links/199/kind',
    '/: a spec is an object',
  ])
})

test('what is wrong with three, or with a hint that differs, is told of each', (t) => {
  const problems = [0, 1, 2].map(lacking)
  const hinted = ['bridge', 'veth'].map((hint) => ({ ...lacking(3), hint }))
  t.deepEqual(linesOfProblems([...problems, ...hinted], lineOfProblem), [
    '/links/0/kind: this kernel has no links of kind bond',
    '/links/1/kind: this kernel has no links of kind bond',
    '/links/2/kind: this kernel has no links of kind bond',
    '/links/3/kind: this kernel has no links of kind bond (bridge)',
    '/links/3/kind: this kernel has no links of kind bond (veth)',
  ])
})
