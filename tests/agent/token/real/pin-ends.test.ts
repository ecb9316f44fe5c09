import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { limits } from '../../../../shared/protocol/limits.ts'
import { familyOf } from '../../../support/find-secret.ts'
import { makeSuiteFolder } from '../../../support/own-certificate.ts'
import { faultTools, useFaultyToken } from './faulty-token.ts'
import { connectOver, decisions } from './token-agent.ts'
import { missingTools } from './token-rig.ts'

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

/** Far longer than it takes to unlock the key, and short enough to be waited for. */
const shortIdleMs = 6_000
const soon = { timeout: 30_000, interval: 20 }

describe.skipIf(missingTools(...faultTools))('the process that has seen the PIN', () => {
  const faulty = useFaultyToken(folder)

  /** The real agent, with two documents that it has just begun to sign. */
  async function signing({ idleMs = limits.consentIdleMs }: { idleMs?: number } = {}) {
    const { agent, client } = await connectOver(faulty, folder, { limits: { consentIdleMs: idleMs } })
    faulty.order({ latency_ms: 500 })
    const { certificates } = await client.listCertificates()
    const { batchId, ...offered } = await client.offer(await decisions(folder, 2), { certificateSha256: certificates[0]?.sha256 ?? '' })
    client.approve({ batchId, ...offered })
    await client.batch(batchId, 'signing')
    const holders = familyOf(agent.pid).filter(isHost)
    expect(holders).toHaveLength(1)
    const untilGone = () => vi.waitFor(() => expect(holders.filter((pid) => isHost(pid))).toEqual([]), soon)
    return { client, batchId, untilGone }
  }

  test('ends with the batch', async () => {
    const { client, batchId, untilGone } = await signing()
    await client.batch(batchId, 'done')
    await untilGone()
  })

  test('ends when the consent has been idle for too long, also while the clerk pauses', async () => {
    const { client, batchId, untilGone } = await signing({ idleMs: shortIdleMs })
    client.say({ kind: 'sign', step: 'pause', batchId })
    expect((await client.batch(batchId, 'stopped')).refusal?.code).toBe('consent-expired')
    await untilGone()
  })

  test('ends when the token is pulled', async () => {
    const { client, batchId, untilGone } = await signing()
    client.say({ kind: 'sign', step: 'pause', batchId })
    await client.batch(batchId, 'paused')
    faulty.order({ removed: 1 })
    await untilGone()
  })

  test('ends with the batch that is cancelled', async () => {
    const { client, batchId, untilGone } = await signing()
    client.cancel(batchId)
    await client.batch(batchId, 'cancelled')
    await untilGone()
  })
})

/** By its command line: a number of a process may come again. */
function isHost(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('token/host')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT' && (thrown as NodeJS.ErrnoException).code !== 'ESRCH') throw thrown
    return false
  }
}
