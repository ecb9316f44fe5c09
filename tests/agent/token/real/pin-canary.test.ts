import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { AgentClient } from '../../../support/agent-client.ts'
import { canaryPin, expectNoPinIn } from '../../../support/canary-pins.ts'
import { makeClerk } from '../../../support/clerk.ts'
import { buildFaultModule } from '../../../support/fault-module.ts'
import { familyOf, secretsInFace, secretsInFolder, secretsInMemory } from '../../../support/find-secret.ts'
import { makeCertificate, makeSuiteFolder } from '../../../support/own-certificate.ts'
import { makeSoftHsm } from '../../../support/softhsm.ts'
import { startTestAgent } from '../../../support/test-agent.ts'
import { Wire } from '../../../support/wire.ts'
import { faultTools } from './faulty-token.ts'
import { decisions, startTokenAgent } from './token-agent.ts'
import { missingTools } from './token-rig.ts'

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

test('every test’s folder is searched for the PINs of its tokens before it goes', () => {
  const own = makeSuiteFolder()
  writeFileSync(path.join(own.folder, 'agent.log'), `login ${canaryPin()}\n`)
  expect(() => own.remove()).toThrow(/^a PIN stands in .*agent\.log$/)
})

test.each<[string, (pin: string) => unknown, RegExp]>([
  ['an argument', (pin) => spawn('true', ['--pin', pin]), /an argument of true/],
  ['the environment', (pin) => spawn('true', { env: { ...process.env, PIN: pin } }), /the environment of true/],
  ['a message', async (pin) => {
    const agent = await startTestAgent()
    const wire = await Wire.open(agent.port)
    wire.say({ kind: 'hello', step: 'offer', pin })
    await wire.closed
  }, /a message to the agent/],
])('a PIN in %s is seen, and told when the test is over', async (_, plant, told) => {
  await plant(canaryPin())
  expect(() => expectNoPinIn(folder)).toThrow(told)
  expect(() => expectNoPinIn(folder)).not.toThrow()
})

describe.skipIf(missingTools(...faultTools))('a PIN that can be recognised', () => {
  test('is in no argument, environment, message, file, journal or memory of the agent: only its host knows it', { timeout: 240_000 }, async () => {
    const pin = canaryPin()
    const mistyped = canaryPin()
    const token = makeSoftHsm(folder, { pin })
    token.add({ id: '01', label: 'rsa', ...makeCertificate(folder, 'rsa') })
    const fault = buildFaultModule(folder, token.module)
    // The key asks for the PIN before every signature: the host has to keep it for the whole batch.
    fault.order({ always_auth: 1, latency_ms: 1_500 })
    const clerkFolder = path.join(folder, 'clerk')
    mkdirSync(clerkFolder)
    const clerk = makeClerk(clerkFolder, { confirm: true })
    const agent = await startTokenAgent(folder, fault.module, clerk.pinentry, { ...token.environment, ...fault.environment, ...clerk.environment })

    const client = await AgentClient.pairAndConnect(agent.port)
    clerk.change({ first: [{ pin: mistyped }], pin })
    const messages: string[] = []
    client.wire.socket.on('message', (data: Buffer) => messages.push(data.toString('utf8')))
    const { certificates } = await client.listCertificates()
    const offered = await client.offer(await decisions(folder, 3), { certificateSha256: certificates[0]?.sha256 ?? '' })
    client.approve(offered)
    const stopped = await client.batch(offered.batchId, 'stopped')
    expect(stopped.refusal?.code).toBe('pin-wrong')
    client.approve(stopped)
    await client.batch(offered.batchId, 'signing')

    const family = familyOf(agent.pid)
    const host = family.find((pid) => pid !== agent.pid && secretsInMemory(pid, pin).length > 0)
    // That the search can find it at all: the host has it, in the middle of the batch.
    expect(host).toBeDefined()
    expect(secretsInMemory(agent.pid, pin)).toEqual([])
    expect(family.flatMap((pid) => [pin, mistyped].flatMap((secret) => secretsInFace(pid, secret)))).toEqual([])

    const done = await client.batch(offered.batchId, 'done')
    expect(done.documents.map(({ state, refusal }) => refusal ?? state)).toEqual(['checked', 'checked', 'checked'])
    expect(familyOf(agent.pid)).not.toContain(host)
    for (const secret of [pin, mistyped]) {
      expect(secretsInMemory(agent.pid, secret)).toEqual([])
      expect(messages.filter((message) => message.includes(secret))).toEqual([])
      expect(agent.printed().includes(secret)).toBe(false)
    }
    await client.close()
    await agent.stop()
    const clerkScript = path.join(clerkFolder, 'clerk.json')
    for (const secret of [pin, mistyped]) expect(secretsInFolder(folder, secret, [clerkScript])).toEqual([])
    expect(secretsInFolder(folder, pin, [])).toEqual([clerkScript])
  })
})
