import { Network } from '../../src/network/network.js'
import type { FakeKernel } from '../../src/testing/fakeKernel.js'

/** The imperative side of a kernel in memory. */
export function networkOf(kernel: FakeKernel): Network {
  return Network.open({
    transport: () => kernel.transport(),
    genericTransport: () => kernel.transportOf('generic'),
  }).unwrap()
}
