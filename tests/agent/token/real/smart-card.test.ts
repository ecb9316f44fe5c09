import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { refusal } from '../../../../shared/errors.ts'
import type { KeyListing } from '../../../../agent/token/key-source.ts'
import type { KeySourceOptions } from '../../../../agent/token/sources.ts'
import { canaryDigits } from '../../../support/canary-pins.ts'
import { CardReader, openScModule, whyNoReader } from '../../../support/card-reader.ts'
import type { ClerkAnswers } from '../../../support/clerk.ts'
import { makeCertificate, makeSuiteFolder, type OwnCertificate } from '../../../support/own-certificate.ts'
import { VirtualCard, type VirtualCardOptions } from '../../../support/virtual-card.ts'
import { openSource, refusedBy, signSomething, unlockKey } from './token-rig.ts'

// A driver that nobody wrote for us, and a card that can be pulled: OpenSC reads it through the real PC/SC daemon.

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

const reason = whyNoReader()
if (reason !== undefined) process.stderr.write(`SKIPPED: tests with a virtual smart card: ${reason}\n`)

const pin = canaryDigits()
const soon = { timeout: 30_000, interval: 20 }
const slow = { listMs: 30_000, startMs: 30_000, loginMs: 30_000 }

describe.skipIf(reason !== undefined)('a smart card in a reader', () => {
  let reader: CardReader
  let own: OwnCertificate

  beforeAll(async () => {
    own = makeCertificate(folder, 'card', { holder: 'Trần Thị Thẻ' })
    reader = await CardReader.start()
  })
  afterAll(() => reader.stop())

  async function insert(options: Partial<VirtualCardOptions> = {}): Promise<VirtualCard> {
    const card = await VirtualCard.insert({ ...own, pin, ...options })
    onTestFinished(() => card.pull())
    return card
  }

  function open(answers: ClerkAnswers = { pin }, options: Partial<KeySourceOptions> = {}) {
    const { source, clerk } = openSource(answers, { modules: [openScModule() ?? ''], deadlines: slow, ...options })
    const told: KeyListing[] = []
    const watch = (): KeyListing[] => {
      onTestFinished(source.watch?.((listing) => void told.push(listing)) ?? (() => undefined))
      return told
    }
    return { source, clerk, watch }
  }

  /** The daemon and the driver notice a card in their own time. */
  async function untilListed({ source }: ReturnType<typeof open>, count = 1): Promise<void> {
    await vi.waitFor(async () => expect(new Set((await source.list()).keys.map(({ certificateSha256 }) => certificateSha256)).size).toBe(count), soon)
  }

  test('is listed without a PIN, and signs a batch with one', async () => {
    const card = await insert()
    const desk = open()
    await untilListed(desk)
    const { keys, problems } = await desk.source.list()
    expect(problems).toEqual([])
    expect(keys.map(({ certificate }) => new X509Certificate(certificate).fingerprint256)).toContain(new X509Certificate(own.certificatePem).fingerprint256)
    expect(card.attempts).toBe(0)
    const unlocked = await unlockKey(desk.source)
    for (let round = 0; round < 3; round++) await signSomething(unlocked)
    expect(desk.clerk.saw()).toHaveLength(1)
  })

  test('is told when it is put in and when it is pulled', async () => {
    // A driver that is asked while a card is pulled may hang until it is ended: its deadline is a part of what is awaited.
    const told = open(undefined, { deadlines: { ...slow, listMs: 8_000 } }).watch()
    const card = await insert()
    await vi.waitFor(() => expect(told.at(-1)?.keys.length).toBeGreaterThan(0), soon)
    await card.pull()
    await vi.waitFor(() => expect(told.at(-1)?.keys).toEqual([]), soon)
    await insert()
    await vi.waitFor(() => expect(told.at(-1)?.keys.length).toBeGreaterThan(0), soon)
  })

  test('is pulled between two signatures: the first is kept, the second is told, and back again it wants the PIN', async () => {
    const card = await insert()
    const desk = open(undefined, { deadlines: { ...slow, signMs: 5_000 } })
    await untilListed(desk)
    const unlocked = await unlockKey(desk.source)
    await signSomething(unlocked)
    await card.pull()
    // Some drivers hang here until they are ended; both are told.
    expect(['token-removed', 'token-silent', 'token-failed']).toContain((await refusedBy(signSomething(unlocked))).code)
    await unlocked.key.release()
    await insert()
    await untilListed(desk)
    await signSomething(await unlockKey(desk.source))
    expect(desk.clerk.saw().filter(({ kind }) => kind === 'getpin')).toHaveLength(2)
  })

  test('is pulled in the middle of a signature', async () => {
    const card = await insert()
    const desk = open(undefined, { deadlines: { ...slow, signMs: 5_000 } })
    await untilListed(desk)
    const unlocked = await unlockKey(desk.source)
    await signSomething(unlocked)
    card.beforeSignature = () => card.pull()
    expect(['token-removed', 'token-silent', 'token-failed']).toContain((await refusedBy(signSomething(unlocked))).code)
    expect(card.signatures).toBe(1)
  })

  test('wants the PIN right before every signature, and the clerk types it once', async () => {
    const card = await insert({ strict: true })
    const desk = open()
    await untilListed(desk)
    const { keys } = await desk.source.list()
    expect(keys.length).toBeGreaterThan(0)
    const unlocked = await unlockKey(desk.source)
    for (let round = 0; round < 3; round++) await signSomething(unlocked)
    expect(card.signatures).toBe(3)
    expect(desk.clerk.saw()).toHaveLength(1)
  })

  test('locks after three wrong PINs, each of them typed, the third after a warning', async () => {
    const card = await insert()
    const desk = open({ pin: '000000' })
    await untilListed(desk)
    for (let time = 1; time <= 3; time++) {
      expect(['pin-wrong', 'pin-locked']).toContain((await refusedBy(unlockKey(desk.source))).code)
      expect(card.attempts).toBe(time)
    }
    expect(card.triesLeft).toBe(0)
    expect(desk.clerk.saw().map(({ kind }) => kind)).toEqual(['getpin', 'getpin', 'confirm', 'getpin'])
    expect(await refusedBy(unlockKey(desk.source))).toEqual(refusal('pin-locked', { token: expect.any(String) as string }))
  })
})
