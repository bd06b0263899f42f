import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { TestNamespace } from './namespace.js'

const run = promisify(execFile)

/** Bytes to be sent, and their SHA-256. */
export function randomBytesAndDigest(length: number): { data: Buffer; digest: string } {
  const data = randomBytes(length)
  return { data, digest: createHash('sha256').update(data).digest('hex') }
}

/** Sends bytes over TCP from one namespace to another and returns the SHA-256 of what arrived there. */
export async function digestThroughTcp(
  from: TestNamespace,
  to: TestNamespace,
  address: string,
  bytes: Buffer,
): Promise<string> {
  const server = `
    import { createHash } from 'node:crypto'
    import net from 'node:net'
    net.createServer({ allowHalfOpen: true }, (socket) => {
      const hash = createHash('sha256')
      socket.on('data', (data) => hash.update(data)).on('end', () => socket.end(hash.digest('hex'), () => process.exit()))
    }).listen(80, () => console.log('listening'))`
  const client = `
    import net from 'node:net'
    const socket = net.connect(80, '${address}')
    process.stdin.pipe(socket)
    socket.on('data', (data) => console.log(String(data)))`
  const command = (namespace: TestNamespace, code: string) =>
    run('nsenter', [`--net=${namespace.path}`, '--', process.execPath, '--input-type=module', '-e', code])
  const serving = command(to, server)
  await new Promise((resolve) => serving.child.stdout?.once('data', resolve))
  const sending = command(from, client)
  sending.child.stdin?.end(bytes)
  const { stdout } = await sending
  await serving
  return stdout.trim()
}
