import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { closeCodes } from '../../../shared/protocol/close-codes.ts'
import { AgentClient } from '../../support/agent-client.ts'
import { pairWithAgent } from '../../support/pairing-client.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { journalOf, startTestAgent } from '../../support/test-agent.ts'
import { isKind } from '../../support/wire.ts'

const antin = path.resolve(import.meta.dirname, '../../../agent/cli/antin.ts')

async function pairings(...words: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [antin, 'pairings', ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) child[stream].setEncoding('utf8').on('data', (text: string) => (said[stream] += text))
  const [status] = (await once(child, 'close')) as [number]
  return { status, ...said }
}

it('lists browsers without their keys, and revoking one ends its connection at once', async () => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const other = await AgentClient.pairAndConnect(agent.port)
  const { stdout } = await pairings('list', '--json', '--home', agent.home)
  expect((JSON.parse(stdout) as { pairingId: string }[]).map(({ pairingId }) => pairingId)).toEqual([client.paired.pairingId, other.paired.pairingId])
  expect(stdout).not.toContain(client.paired.key.toString('base64'))

  const { status, stdout: said } = await pairings('revoke', client.paired.pairingId, '--language', 'en', '--home', agent.home)
  expect([status, said]).toEqual([0, expect.stringContaining('was taken off the list')])
  expect(await client.wire.closed).toBe(closeCodes.revoked)
  expect(agent.pairings.list().map(({ pairingId }) => pairingId)).toEqual([other.paired.pairingId])
  expect(readdirSync(path.join(agent.home, 'orders'))).toEqual([])
  await other.status()
})

it('revokes where no agent runs, and the journal has it', async () => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  await client.close()
  await agent.close()
  expect((await pairings('revoke', client.paired.pairingId, '--home', agent.home)).status).toBe(0)
  expect((await pairings('list', '--language', 'vi', '--home', agent.home)).stdout).toBe('Chưa có trình duyệt nào được ghép nối.\n')
  expect(journalOf(agent.home).filter(({ what }) => what === 'pairing-revoked')).toHaveLength(1)
})

it('reopens pairing where windows went without a yes', async () => {
  let answer = false
  const agent = await startTestAgent({ limits: { pairingRefusals: 1 }, confirm: () => Promise.resolve(answer) })
  await expect(pairWithAgent(agent.port)).rejects.toThrow('pairing-refused')
  await expect(pairWithAgent(agent.port)).rejects.toThrow('pairing-closed')
  expect(await pairings('reopen', '--language', 'en', '--home', agent.home)).toMatchObject({ status: 0, stdout: expect.stringContaining('shown again') as string })
  answer = true
  await expect(pairWithAgent(agent.port)).resolves.toBeDefined()
})

it('a name that would command the terminal does not', async () => {
  const agent = await startTestAgent()
  await pairWithAgent(agent.port, { name: 'A\u001b[2J\u202eB' })
  const { stdout } = await pairings('list', '--home', agent.home)
  expect(stdout).toContain('A?[2J?B')
})

it.each([[[]], [['revoke']], [['list', 'x']], [['forget']], [['list', '--language', 'fr']]])('%j is wrong use', async (words) => {
  expect(await pairings(...words, '--home', tempFolder())).toMatchObject({ status: 64, stdout: '' })
})

it('an unknown id is told', async () => {
  expect((await pairings('revoke', 'x\u001b', '--language', 'en', '--home', tempFolder())).stderr).toBe('antin: There is no pairing x?. See antin pairings list.\n')
})

it('a paired browser lists and revokes too: itself, and another one', async () => {
  const agent = await startTestAgent()
  const [client, other] = [await AgentClient.pairAndConnect(agent.port), await AgentClient.pairAndConnect(agent.port)]
  client.say({ kind: 'pairings', step: 'list' })
  const { pairings: listed } = await client.wire.hear(isKind('pairings'))
  expect(listed.map(({ pairingId, isOwn }) => [pairingId, isOwn])).toEqual([[client.paired.pairingId, true], [other.paired.pairingId, false]])
  expect(JSON.stringify(listed)).not.toContain(client.paired.key.toString('base64'))
  client.say({ kind: 'pairings', step: 'revoke', pairingId: other.paired.pairingId })
  expect(await other.wire.closed).toBe(closeCodes.revoked)
  expect((await client.wire.hear(isKind('pairings'))).pairings).toHaveLength(1)
  client.say({ kind: 'pairings', step: 'revoke', pairingId: client.paired.pairingId })
  expect(await client.wire.closed).toBe(closeCodes.revoked)
})
