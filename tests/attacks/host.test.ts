import { networkInterfaces } from 'node:os'
import { connect } from 'node:net'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { readAnswer, rawExchange, tellsNothing, upgradeRequest } from '../support/raw-http.ts'
import { startTestAgent } from '../support/test-agent.ts'
import { knownOrigin } from '../support/wire.ts'

it.each([
  ['a rebound name', (port: number) => [`Host: evil.example:${port}`], [421]],
  ['our address as a prefix', (port: number) => [`Host: 127.0.0.1.evil.example:${port}`], [421]],
  ['our address as a suffix', (port: number) => [`Host: evil.127.0.0.1:${port}`], [421]],
  ['localhost', (port: number) => [`Host: localhost:${port}`], [421]],
  ['IPv6 loopback', (port: number) => [`Host: [::1]:${port}`], [421]],
  ['0.0.0.0', (port: number) => [`Host: 0.0.0.0:${port}`], [421]],
  ['no host', () => [], [400, 421]],
  ['two hosts, ours first', (port: number) => [`Host: 127.0.0.1:${port}`, 'Host: evil.example'], [400, 421]],
  ['a trailing dot', (port: number) => [`Host: 127.0.0.1.:${port}`], [421]],
  ['a wrong port', (port: number) => [`Host: 127.0.0.1:${port + 1}`], [421]],
  ['no port', () => ['Host: 127.0.0.1'], [421]],
  ['another spelling of the address', (port: number) => [`Host: 2130706433:${port}`], [421]],
])('refuses %s, as a WebSocket and as plain HTTP', async (_, hostLines, statuses) => {
  const { port } = await startTestAgent()
  const upgrade = readAnswer(await rawExchange(port, upgradeRequest([...hostLines(port), `Origin: ${knownOrigin}`])))
  const plain = readAnswer(await rawExchange(port, ['GET / HTTP/1.1', ...hostLines(port), 'Connection: close', '', ''].join('\r\n')))
  for (const answer of [upgrade, plain]) {
    expect(statuses).toContain(answer.status)
    expect(tellsNothing(answer)).toBe(true)
  }
})

it.each([
  ['http://evil.example/', 421],
  ['http://127.0.0.1/', 421],
  ['//evil.example/', 404],
])('refuses the target %s with %i', async (target, status) => {
  const { port } = await startTestAgent()
  const answer = readAnswer(await rawExchange(port, upgradeRequest([`Host: 127.0.0.1:${port}`, `Origin: ${knownOrigin}`], target)))
  expect(answer.status).toBe(status)
  expect(tellsNothing(answer)).toBe(true)
})

it('is not there for other addresses of this PC', async () => {
  const { port } = await startTestAgent()
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  const others = addresses.filter(({ address, family }) => family === 'IPv4' && address !== '127.0.0.1').map(({ address }) => address)
  for (const address of [...others, '127.0.0.2', '::1']) {
    const socket = connect(port, address)
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
    expect(['ECONNREFUSED', 'EADDRNOTAVAIL', 'ENETUNREACH', 'EAFNOSUPPORT', 'EHOSTUNREACH']).toContain(error.code)
  }
})
