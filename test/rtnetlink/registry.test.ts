import test from 'ava'
import { attribute, attributeTable, defineLinkKind, registerLinkKind, u8 } from '../../src/rtnetlink/index.js'
import { linkKindOfKernel } from '../../src/rtnetlink/kinds/registry.js'

interface Options {
  readonly level?: number
}

const options = attributeTable<Options>({ level: attribute(200, u8) })

test('a kind that nothing tells from another one of the kernel is refused', (t) => {
  t.throws(() => registerLinkKind(defineLinkKind({ kind: 'otherBridge', kernelKind: 'bridge', options })), {
    instanceOf: TypeError,
    message: 'otherBridge and bridge are both bridge to the kernel: matches must tell which a link is',
  })
})

test('one that says which links are its own goes before the one that takes all', (t) => {
  const matches = ({ level }: Readonly<Record<string, unknown>>): boolean => level === 7
  registerLinkKind(defineLinkKind({ kind: 'sevenfoldBridge', kernelKind: 'bridge', options, matches }))
  t.is(linkKindOfKernel('bridge', () => ({ level: 7 }))?.kind, 'sevenfoldBridge')
  t.is(linkKindOfKernel('bridge', () => ({ level: 8 }))?.kind, 'bridge')
})
