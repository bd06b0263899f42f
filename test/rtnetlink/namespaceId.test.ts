import test from 'ava'
import { decodeNamespaceId, dumpNamespaceIds, getNamespaceId, newNamespaceId } from '../../src/rtnetlink/namespaceId.js'
import { testNamespace } from '../helpers/namespace.js'
import { testNetwork } from '../helpers/objects.js'

test('another namespace has a number once a link leads there', async (t) => {
  const network = await testNetwork(t)
  const other = testNamespace(t)
  const id = async () =>
    (await network.connection.ask(getNamespaceId(other.fd), ({ body }) => decodeNamespaceId(body)))[0]
  t.is(await id(), -1)
  t.deepEqual(await network.list(dumpNamespaceIds(), decodeNamespaceId), [])
  network.sh(`ip link set v1 netns ${other.path}`)
  const given = await id()
  t.true(given !== undefined && given >= 0, String(given))
  t.is(network.ip('link', 'show', 'v0')[0]?.['link_netnsid'], given)
  t.deepEqual(await network.list(dumpNamespaceIds(), decodeNamespaceId), [given])
})

test('another namespace can be given a number, once', async (t) => {
  const network = await testNetwork(t)
  const other = testNamespace(t)
  await network.connection.request(newNamespaceId(other.fd))
  const [id] = await network.connection.ask(getNamespaceId(other.fd), ({ body }) => decodeNamespaceId(body))
  t.deepEqual(await network.list(dumpNamespaceIds(), decodeNamespaceId), [id ?? -1])
  t.regex(network.sh('ip -j netns list-id'), new RegExp(`"nsid":${id}\\b`))
  await t.throwsAsync(network.connection.request(newNamespaceId(other.fd)), { message: /give id.*EEXIST/s })
})
