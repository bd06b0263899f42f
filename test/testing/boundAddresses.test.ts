import test from 'ava'
import { plan, type Spec } from '../../src/index.js'
import { FakeKernel } from '../../src/testing/index.js'

const ends: Spec = {
  links: [
    { name: 'g4', kind: 'geneve', geneve: { id: 1, remote: '10.0.0.9', local: '10.0.0.1' } },
    { name: 'g6', kind: 'geneve', geneve: { id: 2, remote: 'fd00::9', local: 'fd00:0:0::1' } },
    { name: 'v0', kind: 'dummy', addresses: ['10.0.0.1/24', { address: 'fd00::1/64', noDad: true }] },
  ],
}

test('what the kernel binds to an address is made once the address is there', async (t) => {
  const { steps } = (await plan(ends, { kernel: new FakeKernel() })).unwrap()
  t.deepEqual(
    steps.map(({ action, id }) => `${action} ${id}`),
    ['create v0', 'create 10.0.0.1/24 dev v0', 'create g4', 'create fd00::1/64 dev v0', 'create g6'],
  )
})
