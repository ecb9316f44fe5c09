import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { AgentClient } from '../../../support/agent-client.ts'
import { makeClerk } from '../../../support/clerk.ts'
import { makeSuiteFolder } from '../../../support/own-certificate.ts'
import { faultTools, useFaultyToken } from './faulty-token.ts'
import { startTokenAgent } from './token-agent.ts'
import { missingTools } from './token-rig.ts'

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

/** Far below what fits between the begin of a hang and its end, and far above what a door could answer that is held up. */
const answersAtLeast = 20

describe.skipIf(missingTools(...faultTools))('a driver that hangs', () => {
  const faulty = useFaultyToken(folder)

  /** The real agent, with the deadlines of its settings. */
  async function connect() {
    const home = path.join(folder, 'home')
    mkdirSync(home, { recursive: true, mode: 0o700 })
    writeFileSync(path.join(home, 'settings.json'), JSON.stringify({ deadlines: { listMs: 3_000 } }), { mode: 0o600 })
    const clerkFolder = path.join(folder, 'clerk')
    mkdirSync(clerkFolder, { recursive: true })
    const clerk = makeClerk(clerkFolder, { pin: faulty.token.pin, confirm: true })
    const agent = await startTokenAgent(folder, faulty.fault.module, clerk.pinentry, { ...faulty.token.environment, ...faulty.fault.environment, ...clerk.environment })
    return { agent, client: await AgentClient.pairAndConnect(agent.port) }
  }

  /** Asks again and again until the other thing has happened. */
  async function answersUntil(client: AgentClient, happens: Promise<unknown>): Promise<number> {
    let [answers, isOver] = [0, false]
    void happens.finally(() => (isOver = true))
    for (; !isOver; answers++) await client.status()
    return answers
  }

  test('while certificates are listed: status is answered all the while', async () => {
    const { agent, client } = await connect()
    await client.listCertificates()
    faulty.order({ fn: 'C_GetSlotList', mode: 'hang' })
    const listed = client.listCertificates()
    expect(await answersUntil(client, listed)).toBeGreaterThan(answersAtLeast)
    expect((await listed).problems.map(({ code }) => code)).toEqual(['token-silent'])
    await client.close()
    await agent.stop()
  })
})
