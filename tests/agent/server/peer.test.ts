import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { Peers } from '../../../agent/server/peer.ts'

async function accepted(open: (port: number) => void): Promise<Socket> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  open((server.address() as { port: number }).port)
  const [socket] = (await once(server, 'connection')) as [Socket]
  onTestFinished(() => void socket.destroy())
  return socket
}

const isRoot = process.getuid?.() === 0
if (!isRoot) console.log('SKIPPED: a second user is not played, because the tests do not run as root')

it('a connection of this very user is none of another', async () => {
  const socket = await accepted((port) => void connect(port, '127.0.0.1').on('error', () => undefined))
  expect(await new Peers().isOtherUser(socket)).toBe(false)
})

it('a socket of IPv6 that speaks to an address of IPv4 is found too', async () => {
  const socket = await accepted((port) => void connect(port, '::ffff:127.0.0.1').on('error', () => undefined))
  expect(await new Peers().isOtherUser(socket)).toBe(false)
})

it.skipIf(!isRoot)('a connection of another user is', async () => {
  const socket = await accepted((port) => {
    const child = spawn('/bin/bash', ['-c', `exec 3<>/dev/tcp/127.0.0.1/${port}; read -r -u 3`], { uid: 31_337, gid: 31_337, stdio: 'ignore' })
    onTestFinished(() => void child.kill())
  })
  expect(await new Peers().isOtherUser(socket)).toBe(true)
})

it('the same port of another loopback address is not taken for it', async () => {
  const table = (address: string, user: number) => `  0: ${address}:1F90 0100007F:6A2D 01 00000000:00000000 00:00000000 00000000  ${user}        0 1 1`
  const ends = { remoteAddress: '127.0.0.1', remotePort: 0x1f90, localAddress: '127.0.0.1', localPort: 0x6a2d }
  const own = process.getuid?.() ?? 0
  const read = (text: string) => new Peers((file) => (file.endsWith('6') ? Promise.reject(new Error('none')) : Promise.resolve(text)))
  expect(await read(`${table('0200007F', own)}\n${table('0100007F', own + 1)}`).isOtherUser(ends)).toBe(true)
  expect(await read(`${table('0200007F', own + 1)}\n${table('0100007F', own)}`).isOtherUser(ends)).toBe(false)
  expect(await read(table('0200007F', own)).isOtherUser(ends)).toBe(true)
})

it('where the system has no table, nobody is taken for another user', async () => {
  const ends = { remoteAddress: '127.0.0.1', remotePort: 1, localAddress: '127.0.0.1', localPort: 2 }
  expect(await new Peers(() => Promise.reject(new Error('hidden'))).isOtherUser(ends)).toBe(false)
})

it('many who ask at once are served by few readings', async () => {
  let readings = 0
  const peers = new Peers(() => Promise.resolve(`${++readings}`))
  const ends = { remoteAddress: '127.0.0.1', remotePort: 1, localAddress: '127.0.0.1', localPort: 2 }
  await Promise.all(Array.from({ length: 200 }, () => peers.isOtherUser(ends)))
  // Two files, and for each the reading under way and the next one.
  expect(readings).toBeLessThanOrEqual(6)
})
