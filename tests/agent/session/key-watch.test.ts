import { expect, test, vi } from 'vitest'
import { refusal } from '../../../shared/errors.ts'
import { AgentClient } from '../../support/agent-client.ts'
import { startTestAgent } from '../../support/test-agent.ts'
import { isKind } from '../../support/wire.ts'

test('every connected extension is told what can sign when a token comes or goes', async () => {
  const { port, keys } = await startTestAgent()
  expect(keys.tellPlugged).toBeUndefined()
  const clients = [await AgentClient.pairAndConnect(port), await AgentClient.pairAndConnect(port)]
  keys.tellPlugged?.({ keys: [], problems: [refusal('token-removed', { token: 'USB' })] })
  for (const client of clients) {
    expect(await client.wire.hear(isKind('list-certificates'))).toMatchObject({ certificates: [], problems: [{ code: 'token-removed' }] })
  }
  keys.tellPlugged?.({ keys: [keys.info], problems: [] })
  for (const client of clients) {
    expect(await client.wire.hear(isKind('list-certificates'))).toMatchObject({ certificates: [{ sha256: keys.info.certificateSha256 }], problems: [] })
  }
})

test('that a token is being read is told before what it holds', async () => {
  const { port, keys } = await startTestAgent()
  const { wire } = await AgentClient.pairAndConnect(port)
  keys.tellReading?.()
  keys.tellPlugged?.({ keys: [keys.info], problems: [] })
  expect(await wire.hear(isKind('reading-tokens'))).toBeDefined()
  expect(await wire.hear(isKind('list-certificates'))).toMatchObject({ certificates: [{ sha256: keys.info.certificateSha256 }] })
})

test('tokens are watched as long as an extension is connected, and no longer', async () => {
  const { port, keys } = await startTestAgent()
  const first = await AgentClient.pairAndConnect(port)
  const second = await AgentClient.pairAndConnect(port)
  await first.close()
  await second.status()
  expect(keys.tellPlugged).toBeDefined()
  await second.close()
  await vi.waitFor(() => expect(keys.tellPlugged).toBeUndefined())
  await AgentClient.pairAndConnect(port)
  expect(keys.tellPlugged).toBeDefined()
})
