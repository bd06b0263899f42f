/**
 * For tests of programs that use the SDK: a kernel in memory, and throw-away namespaces.
 *
 * @module testing
 */
export { FakeKernel, type FakeTransportOptions, Faults, KernelError, type TunTapSettings } from './fakeKernel.js'
export { type ThrowAwayNamespace, withNamespace } from './withNamespace.js'
