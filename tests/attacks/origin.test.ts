import { expect, it } from 'vitest'
import { readAnswer, rawExchange, tellsNothing, upgradeRequest } from '../support/raw-http.ts'
import { startTestAgent } from '../support/test-agent.ts'
import { knownOrigin, Wire } from '../support/wire.ts'

const id = knownOrigin.slice('chrome-extension://'.length)

it.each([
  ['a web page', ['Origin: https://evil.example']],
  ['an opaque origin', ['Origin: null']],
  ['our id as a prefix', [`Origin: ${knownOrigin}.evil.example`]],
  ['our id as a suffix', [`Origin: chrome-extension://evil${id}`]],
  ['our id in upper case', [`Origin: ${knownOrigin.toUpperCase()}`]],
  ['our id with a port', [`Origin: ${knownOrigin}:80`]],
  ['another extension', [`Origin: chrome-extension://${'a'.repeat(32)}`]],
  ['no origin', []],
  ['two origins, ours first', [`Origin: ${knownOrigin}`, 'Origin: https://evil.example']],
  ['a moz-extension origin that is no UUID', ['Origin: moz-extension://antin']],
  ['a moz-extension origin with more behind its UUID', ['Origin: moz-extension://2f0f54e1-5f8c-4bd5-8a4e-0d4a5f3f6a11.evil.example']],
  ['a file', ['Origin: file://']],
  ['an empty origin', ['Origin: ']],
  ['two origins in one line', [`Origin: ${knownOrigin}, https://evil.example`]],
  ['a path behind our id', [`Origin: ${knownOrigin}/`]],
])('refuses %s', async (_, lines) => {
  const { port } = await startTestAgent()
  const answer = readAnswer(await rawExchange(port, upgradeRequest([`Host: 127.0.0.1:${port}`, ...lines])))
  expect(answer.status).toBe(403)
  expect(tellsNothing(answer)).toBe(true)
})

it('lets the known extension in, and those that the settings add', async () => {
  const added = 'b'.repeat(32)
  const { port } = await startTestAgent({ settings: { extensionIds: [added] } })
  await (await Wire.open(port)).close()
  await (await Wire.open(port, { origin: `chrome-extension://${added}` })).close()
})
