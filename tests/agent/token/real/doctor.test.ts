import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { examine } from '../../../../agent/cli/doctor/examine.ts'
import { canaryDigits } from '../../../support/canary-pins.ts'
import { CardReader, openScModule, whyNoReader } from '../../../support/card-reader.ts'
import { makeCertificate, makeSuiteFolder, type OwnCertificate } from '../../../support/own-certificate.ts'
import { VirtualCard } from '../../../support/virtual-card.ts'

// What `antin doctor` says of the smart-card service, with the real one: the states that an IT desk meets.

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

const reason = whyNoReader()
if (reason !== undefined) process.stderr.write(`SKIPPED: the doctor beside a real PC/SC daemon: ${reason}\n`)

const soon = { timeout: 60_000, interval: 100 }
const driver = openScModule() ?? ''

interface Told {
  level: string
  facts: Readonly<Record<string, string>>
}

async function told(): Promise<Map<string, Told>> {
  const home = path.join(folder, 'home')
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const command = { searchDrivers: false, ports: [0], pkcs11Modules: [driver], deadlines: { startMs: 30_000, listMs: 30_000 } }
  const { findings } = await examine({ home, machineFolder: path.join(folder, 'nothing'), command })
  return new Map(findings.filter(({ section }) => section === 'pc-sc' || section === 'tokens').map(({ code, level, facts }) => [code, { level, facts }]))
}

describe.skipIf(reason !== undefined)('the doctor beside the PC/SC daemon', () => {
  let own: OwnCertificate
  beforeAll(() => {
    own = makeCertificate(folder, 'card', { holder: 'Trần Thị Thẻ' })
  })

  async function startReader(): Promise<CardReader> {
    const reader = await CardReader.start()
    onTestFinished(() => reader.stop())
    return reader
  }

  test('stopped: says that it does not answer, and that no slot is seen', async () => {
    const seen = await told()
    expect(seen.get('pc-sc-stopped')?.level).toBe('bad')
    expect(seen.has('readers-none')).toBe(true)
  })

  test('running, without a reader: only the reader is missing', async () => {
    const empty = path.join(folder, 'no-readers')
    mkdirSync(empty)
    const daemon = await CardReader.startWithoutReader(empty)
    onTestFinished(() => daemon.stop())
    const seen = await told()
    expect(seen.get('pc-sc-running')?.level).toBe('ok')
    expect(seen.has('readers-none')).toBe(true)
    expect(seen.has('token-none')).toBe(true)
  })

  test('running, with a reader that has no card: the reader is named, and nothing can sign', async () => {
    await startReader()
    const seen = await told()
    expect(seen.get('pc-sc-running')?.level).toBe('ok')
    expect(seen.get('readers-seen')?.facts.readers).toMatch(/Virtual PCD/)
    expect(seen.has('certificate-ready')).toBe(false)
  })

  test('with a card: its certificate is named, without a PIN; and after the daemon has gone it is told as stopped', async () => {
    const reader = await startReader()
    const card = await VirtualCard.insert({ ...own, pin: canaryDigits() })
    onTestFinished(() => card.pull())
    await vi.waitFor(async () => expect(JSON.stringify([...(await told())])).toContain('Trần Thị Thẻ'), soon)
    expect((await told()).has('pc-sc-running')).toBe(true)
    expect(card.attempts).toBe(0)
    await card.pull()
    await reader.stop()
    expect((await told()).has('pc-sc-stopped')).toBe(true)
  })
})
