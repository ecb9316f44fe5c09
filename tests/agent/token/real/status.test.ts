import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Refusal } from '../../../../shared/errors.ts'
import type { AgentClient} from '../../../support/agent-client.ts';
import { newDocument } from '../../../support/agent-client.ts'
import { makeSuiteFolder } from '../../../support/own-certificate.ts'
import { isKind } from '../../../support/wire.ts'
import { writeDecision } from '../../signing/sample-pdf.ts'
import { faultTools, useFaultyToken } from './faulty-token.ts'
import { connectOver } from './token-agent.ts'
import { missingTools } from './token-rig.ts'

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

/** Far below what fits between the begin of a hang and its end, and far above what a door could answer that is held up. */
const answersAtLeast = 20

const isSilent = ({ code }: Refusal): boolean => code === 'token-silent'

describe.skipIf(missingTools(...faultTools))('a driver that hangs', () => {
  const faulty = useFaultyToken(folder)

  /** The real agent, with the deadlines of its settings. */
  async function connect() {
    const { client } = await connectOver(faulty, folder, { deadlines: { listMs: 3_000, signMs: 3_000 } })
    return client
  }

  /** Asks again and again until the other thing has happened. */
  async function answersUntil(client: AgentClient, happens: Promise<unknown>): Promise<number> {
    let [answers, isOver] = [0, false]
    const over = happens.finally(() => (isOver = true))
    for (; !isOver; answers++) await client.status()
    await over
    return answers
  }

  /** Not the first listing that comes: the agent also tells by itself what is plugged in. */
  const toldSilent = (client: AgentClient): Promise<unknown> =>
    client.wire.hear((heard) => heard.kind === 'list-certificates' && heard.problems.some(isSilent))

  test('while certificates are listed: status is answered all the while', async () => {
    const client = await connect()
    await client.listCertificates()
    faulty.order({ fn: 'C_GetSlotList', mode: 'hang' })
    client.say({ kind: 'list-certificates' })
    expect(await answersUntil(client, toldSilent(client))).toBeGreaterThan(answersAtLeast)
  })

  test('while it is looked into for what is plugged in: status is answered all the while', async () => {
    const client = await connect()
    await client.wire.hear(isKind('list-certificates'))
    faulty.order({ fn: 'C_GetSlotList', mode: 'hang' })
    expect(await answersUntil(client, toldSilent(client))).toBeGreaterThan(answersAtLeast)
  })

  test('while it signs: status is answered all the while, and the batch is told', async () => {
    const client = await connect()
    const { certificates } = await client.listCertificates()
    const file = path.join(folder, 'decision.pdf')
    await writeDecision(file, 1)
    const offered = await client.offer([newDocument('Quyết định.pdf', readFileSync(file))], { certificateSha256: certificates[0]?.sha256 ?? '' })
    faulty.order({ fn: 'C_Sign', mode: 'hang' })
    client.approve(offered)
    const stopped = client.batch(offered.batchId, 'stopped', 'done')
    expect(await answersUntil(client, stopped)).toBeGreaterThan(answersAtLeast)
    expect((await stopped).refusal?.code).toBe('token-silent')
  })
})
