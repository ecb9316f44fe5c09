import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { refusal } from '../../../../shared/errors.ts'
import type { KeyListing, KeySource } from '../../../../agent/token/key-source.ts'
import { makeSuiteFolder } from '../../../support/own-certificate.ts'
import { faultTools, useFaultyToken } from './faulty-token.ts'
import { missingTools, refusedBy, signSomething, unlockKey } from './token-rig.ts'

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

/** What was told, as it comes in; `end` ends the watching, as does the test. */
function watchSource(source: KeySource): { told: KeyListing[]; end: () => void } {
  const told: KeyListing[] = []
  const end = source.watch?.((listing) => void told.push(listing)) ?? (() => undefined)
  onTestFinished(end)
  return { told, end }
}

/** Key hosts that this process has started and that still run. */
function hosts(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
        return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('token/host')
      } catch {
        // It ended while it was looked at.
        return false
      }
    })
}

const soon = { timeout: 20_000, interval: 10 }

describe.skipIf(missingTools(...faultTools))('a token that comes and goes', () => {
  const faulty = useFaultyToken(folder)
  const open = (options = {}) => faulty.open(undefined, { lookMs: 50, ...options })

  test('is told without being asked for: there, gone, there again', async () => {
    const { told } = watchSource(open().source)
    await vi.waitFor(() => expect(told.map(({ keys }) => keys.length)).toEqual([1]), soon)
    faulty.order({ removed: 1 })
    await vi.waitFor(() => expect(told.map(({ keys }) => keys.length)).toEqual([1, 0]), soon)
    faulty.order({})
    await vi.waitFor(() => expect(told.map(({ keys }) => keys.length)).toEqual([1, 0, 1]), soon)
    expect(told.flatMap(({ problems }) => problems)).toEqual([])
  })

  test('that it is being read is told as soon as it is seen, and a listing follows even where the driver shows the same again', async () => {
    const said: string[] = []
    const { source } = open()
    const end = source.watch?.(({ keys }) => void said.push(`${keys.length}`), () => void said.push('reading')) ?? (() => undefined)
    onTestFinished(end)
    await vi.waitFor(() => expect(said.at(-1)).toBe('1'), soon)
    faulty.order({ removed: 1 })
    await vi.waitFor(() => expect(said.at(-1)).toBe('0'), soon)
    faulty.order({})
    await vi.waitFor(() => expect(said.at(-1)).toBe('1'), soon)
    // On a busy PC an idle look can be slow too; it ends with a listing as well.
    expect(said.join(' ')).toMatch(/^(reading )?1( reading 1)* reading 0( reading 0)* reading 1$/)
  })

  test('a driver that takes long over a look, as OpenSC does over a new card, is told as reading before it has finished', async () => {
    const said: string[] = []
    const { source } = open({ deadlines: { listMs: 3_000 } })
    const end = source.watch?.(({ keys }) => void said.push(`${keys.length}`), () => void said.push('reading')) ?? (() => undefined)
    onTestFinished(end)
    await vi.waitFor(() => expect(said.at(-1)).toBe('1'), soon)
    faulty.order({ fn: 'C_GetSlotList', mode: 'hang' })
    await vi.waitFor(() => expect(said.at(-1)).toBe('reading'), soon)
    faulty.order({})
    await vi.waitFor(() => expect(said.at(-1)).toBe('1'), soon)
  })

  test('nothing is told while nothing changes', async () => {
    const { source } = open()
    const { told } = watchSource(source)
    await vi.waitFor(() => expect(told).toHaveLength(1), soon)
    const unlocked = await unlockKey(source)
    for (let round = 0; round < 5; round++) await signSomething(unlocked)
    await unlocked.key.release()
    // Many looks later.
    await pause(1_000)
    expect(told).toHaveLength(1)
  })

  test('pulled while a batch is unlocked: the PIN goes with the process, and signing is told why', async () => {
    const { source, clerk } = open()
    const { told } = watchSource(source)
    const unlocked = await unlockKey(source)
    await signSomething(unlocked)
    const [holder] = hosts()
    faulty.order({ removed: 1 })
    await vi.waitFor(() => expect(told.at(-1)?.keys).toEqual([]), soon)
    await vi.waitFor(() => expect(hosts()).not.toContain(holder), soon)
    expect(await refusedBy(signSomething(unlocked))).toEqual(refusal('token-removed', { token: 'VGCA-TEST' }))
    faulty.order({})
    await vi.waitFor(() => expect(told.at(-1)?.keys).toHaveLength(1), soon)
    expect((await refusedBy(signSomething(unlocked))).code).toBe('token-removed')
    await signSomething(await unlockKey(source))
    expect(clerk.saw()).toHaveLength(2)
  })

  test('a driver that crashes while it is watched is watched on', async () => {
    const { source } = open()
    const { told } = watchSource(source)
    await vi.waitFor(() => expect(told).toHaveLength(1), soon)
    const unlocked = await unlockKey(source)
    faulty.order({ fn: 'C_Sign', mode: 'crash' })
    await refusedBy(signSomething(unlocked))
    faulty.order({ removed: 1 })
    await vi.waitFor(() => expect(told.at(-1)?.keys).toEqual([]), soon)
    faulty.order({})
    await vi.waitFor(() => expect(told.at(-1)?.keys).toHaveLength(1), soon)
    await signSomething(await unlockKey(source))
  })

  test('a driver that crashes at every look is left alone after a few times', async () => {
    faulty.order({ fn: 'C_GetSlotList', mode: 'crash' })
    const { told } = watchSource(open().source)
    await vi.waitFor(() => expect(told).toMatchObject([{ keys: [], problems: [{ code: 'token-failed', facts: { returnValue: 'SIGSEGV' } }] }]), soon)
    await vi.waitFor(() => expect(hosts()).toEqual([]), soon)
  })

  test.each(['C_GetSlotList', 'C_WaitForSlotEvent'])('a driver that hangs at a look (%s) is ended at its deadline, and what came or went meanwhile is told', async (fn) => {
    const { source } = open({ deadlines: { listMs: 1_500 } })
    const { told } = watchSource(source)
    await vi.waitFor(() => expect(told).toHaveLength(1), soon)
    const [hanging] = hosts()
    faulty.order({ fn, mode: 'hang' })
    await vi.waitFor(() => expect(hosts()).not.toContain(hanging), soon)
    faulty.order({ removed: 1 })
    await vi.waitFor(() => expect(told.at(-1)).toEqual({ keys: [], problems: [] }), soon)
    faulty.order({})
    await vi.waitFor(() => expect(told.at(-1)?.keys).toHaveLength(1), soon)
    await signSomething(await unlockKey(source))
  })

  test('a driver that hangs at every look is told long before it is left alone', async () => {
    const { told } = watchSource(open({ deadlines: { listMs: 1_000 } }).source)
    await vi.waitFor(() => expect(told).toHaveLength(1), soon)
    faulty.order({ fn: 'C_GetSlotList', mode: 'hang' })
    await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ keys: [], problems: [{ code: 'token-silent' }] }), soon)
    // It is still tried.
    await vi.waitFor(() => expect(hosts()).toHaveLength(1), soon)
    faulty.order({})
    await vi.waitFor(() => expect(told.at(-1)?.keys).toHaveLength(1), soon)
  })

  test('a driver that hangs at a look takes the login of a batch with it', async () => {
    const { source } = open({ deadlines: { listMs: 1_500 } })
    const { told } = watchSource(source)
    await vi.waitFor(() => expect(told).toHaveLength(1), soon)
    const unlocked = await unlockKey(source)
    const [holder] = hosts()
    faulty.order({ fn: 'C_GetSlotList', mode: 'hang' })
    await vi.waitFor(() => expect(hosts()).not.toContain(holder), soon)
    expect(await refusedBy(signSomething(unlocked))).toEqual(refusal('token-silent', { token: 'VGCA-TEST', seconds: '1.5' }))
    expect(faulty.logins()).toBe('u')
  })

  test('a driver that was left alone is watched again once it works', async () => {
    faulty.order({ fn: 'C_GetSlotList', mode: 'crash' })
    const { source } = open()
    const { told } = watchSource(source)
    await vi.waitFor(() => expect(told).toHaveLength(1), soon)
    await vi.waitFor(() => expect(hosts()).toEqual([]), soon)
    faulty.order({})
    await vi.waitFor(async () => expect((await source.list()).keys).toHaveLength(1), soon)
    faulty.order({ removed: 1 })
    await vi.waitFor(() => expect(told.at(-1)).toEqual({ keys: [], problems: [] }), soon)
  })

  test('hosts stay while somebody watches, and end when nobody does', async () => {
    const { source } = open({ idleMs: 100 })
    const { told, end } = watchSource(source)
    await vi.waitFor(() => expect(told).toHaveLength(1), soon)
    const unlocked = await unlockKey(source)
    await unlocked.key.release()
    await pause(500)
    expect(hosts()).toHaveLength(1)
    end()
    await vi.waitFor(() => expect(hosts()).toEqual([]), soon)
  })

  test('what is listed while a batch ends is listed whole, and the next batch may begin at once', async () => {
    const { source } = open()
    const { told } = watchSource(source)
    await vi.waitFor(() => expect(told).toHaveLength(1), soon)
    for (let round = 0; round < 5; round++) {
      const { key } = await unlockKey(source)
      const before = source.list()
      const released = key.release()
      const after = source.list()
      const next = await unlockKey(source)
      for (const { keys, problems } of [await before, await after]) expect([keys.length, problems]).toEqual([1, []])
      await released
      await signSomething(next)
      await next.key.release()
    }
    expect(told.map(({ keys }) => keys.length)).toEqual([1])
  })
})
