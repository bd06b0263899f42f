export { FakeKernel, type FakeTransportOptions, Faults, KernelError, type TunTapSettings } from './fakeKernel.js'
export { type ThrowAwayNamespace, withNamespace } from './withNamespace.js'
