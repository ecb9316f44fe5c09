import { expect, it } from 'vitest'
import { readAnswer, rawExchange, tellsNothing, upgradeRequest } from '../support/raw-http.ts'
import { startTestAgent } from '../support/test-agent.ts'
import { knownOrigin } from '../support/wire.ts'

const contentTypes = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']
const forms = ['POST', 'PUT', 'DELETE'].flatMap((method) => contentTypes.map((type) => [method, type] as const))
const body = '{"kind":"status","sequence":1}'

function request(method: string, target: string, port: number, lines: readonly string[], content = ''): string {
  const length = content === '' ? [] : [`Content-Length: ${content.length}`]
  return [`${method} ${target} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...lines, ...length, '', content].join('\r\n')
}

it.each(forms)('%s with %s from a foreign page does nothing', async (method, type) => {
  const { port } = await startTestAgent()
  const answer = readAnswer(await rawExchange(port, request(method, '/', port, ['Origin: https://evil.example', `Content-Type: ${type}`], body)))
  expect(answer.status).toBe(403)
  expect(tellsNothing(answer)).toBe(true)
})

it.each([
  ['a preflight', 'OPTIONS', '/', ['Origin: https://evil.example', 'Access-Control-Request-Method: POST', 'Access-Control-Request-Private-Network: true'], 403],
  ['HEAD', 'HEAD', '/', [], 404],
  ['the icon', 'GET', '/favicon.ico', [], 404],
  ['the root', 'GET', '/', [], 404],
  ['a likely path', 'GET', '/version', [], 404],
  ['our own origin over plain HTTP', 'GET', '/', [`Origin: ${knownOrigin}`], 403],
  ['a path that is no path', 'GET', '/%ff%', [], 404],
  ['a method of its own', 'PROPFIND', '/', [], 404],
])('%s learns nothing', async (_, method, target, lines, status) => {
  const { port } = await startTestAgent()
  const answer = readAnswer(await rawExchange(port, request(method, target, port, lines)))
  expect(answer.status).toBe(status)
  expect(tellsNothing(answer)).toBe(true)
})

it.each([
  ['a header of 20 kB', (port: number) => request('GET', '/', port, [`X-Long: ${'x'.repeat(20_000)}`]), [431]],
  ['two lengths of a body', (port: number) => request('POST', '/', port, ['Content-Length: 1', 'Transfer-Encoding: chunked'], '0\r\n\r\n'), [400]],
  ['what is no HTTP', () => '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n', [400]],
])('%s is refused with no words', async (_, make, statuses) => {
  const { port } = await startTestAgent()
  const answer = readAnswer(await rawExchange(port, make(port)))
  expect(statuses).toContain(answer.status)
  expect(tellsNothing(answer)).toBe(true)
})

it.each([
  ['another protocol than WebSocket', (text: string) => text.replace('Upgrade: websocket', 'Upgrade: h2c')],
  ['another version', (text: string) => text.replace('Version: 13', 'Version: 99')],
  ['no key', (text: string) => text.replace(/Sec-WebSocket-Key: .*\r\n/, '')],
])('an upgrade from our origin with %s is refused with no words', async (_, change) => {
  const { port } = await startTestAgent()
  const answer = readAnswer(await rawExchange(port, change(upgradeRequest([`Host: 127.0.0.1:${port}`, `Origin: ${knownOrigin}`]))))
  expect(answer.status).toBe(400)
  expect(tellsNothing(answer)).toBe(true)
})

it('CONNECT gets no answer at all', async () => {
  const { port } = await startTestAgent()
  expect(await rawExchange(port, `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)).toBe('')
})
