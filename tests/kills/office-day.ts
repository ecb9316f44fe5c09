import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { RefusalError, refusal } from '../../shared/errors.ts'
import { needsInsisting } from '../../shared/protocol/document-states.ts'
import type { BatchView } from '../../shared/protocol/sign.ts'
import { Journal, type RecordedEvent } from '../../agent/journal/journal.ts'
import { verifyJournal } from '../../agent/journal/verify-journal.ts'
import { AgentClient, newDocument, type ClientDocument } from '../support/agent-client.ts'
import { startAgentProcess, type AgentProcess } from '../support/agent-process.ts'
import { makeClerk } from '../support/clerk.ts'
import { pairWithAgent, type Paired } from '../support/pairing-client.ts'
import { brokenPdf, smallPdf } from '../support/small-pdf.ts'
import type { Heard } from '../support/wire.ts'

export interface DayOptions {
  folder: string
  keyFile: string
  pin: string
  documents: number
  /** Points at which a life of the agent ends: each takes the first of those left that it passes. */
  kills?: readonly string[]
  trace?: string
  /** Also a document that is no PDF, one whose earlier signature is broken, a PIN window that is closed, a return that fails, and a batch that is cancelled. */
  eventful?: boolean
  /** More of the agent's settings. */
  settings?: object
  /** No authority answers: the clerk insists, and takes the documents without their time stamps. */
  isDark?: boolean
}

export interface Day {
  home: string
  batchId: string
  documents: readonly ClientDocument[]
  /** The signed files as they were fetched, or found when the agent was killed. */
  signed: ReadonlyMap<string, Uint8Array>
  /** The points at which a life of the agent was ended by SIGKILL, in their order. */
  killed: readonly string[]
  /** From the line that says that the agent is back to its first word about the batch. */
  resumedMs: number[]
}

/**
 * A clerk's day with an agent that dies: the other side of the link, which does what the extension does until every
 * document is delivered, however often the agent has to be started anew.
 */
export class OfficeDay {
  readonly #options: DayOptions
  readonly #home: string
  readonly #clerk: ReturnType<typeof makeClerk>
  readonly #documents: ClientDocument[]
  readonly #batchId = crypto.randomUUID()
  readonly #cancelledId = crypto.randomUUID()
  readonly #signed = new Map<string, Uint8Array>()
  readonly #sentOn = new Set<string>()
  readonly #kills: Set<string>
  #agent: AgentProcess | undefined
  #paired: Paired | undefined
  #hasFailed = false
  #clerkCancels = false
  readonly #killed: string[] = []
  #resumedMs: number[] = []
  #backAt = 0

  constructor(options: DayOptions) {
    const { folder, pin, documents, eventful = false } = options
    this.#options = options
    this.#home = path.join(folder, 'home')
    mkdirSync(this.#home, { mode: 0o700 })
    writeFileSync(path.join(this.#home, 'settings.json'), JSON.stringify(options.settings ?? {}))
    this.#kills = new Set(options.kills)
    this.#clerk = makeClerk(folder, { confirm: true, pin })
    const pdfs = Array.from({ length: documents }, (_, index) => newDocument(`Số ${index + 1}.pdf`, smallPdf(`${index + 1} ${crypto.randomUUID()}`, 300_000 * Number(index === 1 && eventful))))
    this.#documents = eventful ? [...pdfs, newDocument('hỏng chữ ký.pdf', brokenPdf(crypto.randomUUID())), newDocument('ảnh.jpg', Buffer.from('no PDF'))] : pdfs
  }

  /** @param judge what must hold afterwards. A day that fails names the points at which it was killed. */
  async run(judge: (day: Day) => void): Promise<Day> {
    try {
      await this.#liveOn()
      judge(this.#day)
    } catch (cause) {
      throw new Error(`on a day with kills at ${this.#killed.join(', ') || 'no point'}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
    return this.#day
  }

  async #liveOn(): Promise<void> {
    try {
      for (let lives = 0; !(await this.#live()); lives++) if (lives > 10 + this.#killed.length) throw new Error('the day does not end')
    } finally {
      await this.#agent?.stop()
    }
  }

  get #day(): Day {
    return {
      home: this.#home,
      batchId: this.#batchId,
      documents: this.#documents,
      signed: this.#signed,
      killed: this.#killed,
      resumedMs: this.#resumedMs,
    }
  }

  /** One life of the agent. @returns whether the work is done */
  async #live(): Promise<boolean> {
    const { keyFile, trace } = this.#options
    const file = path.join(this.#options.folder, 'killed-at')
    const killAt = this.#kills.size === 0 ? undefined : { points: [...this.#kills], file }
    const { pinentry, environment } = this.#clerk
    const agent = await startAgentProcess({ home: this.#home, keyFile, pinentry, environment, killAt, trace, isBuilt: true })
    this.#agent = agent
    this.#backAt = performance.now()
    if (agent) {
      try {
        await this.#work(agent.port)
        await agent.stop()
        // It may have been killed behind the last answer: then one more life has to clear up.
        if ((await agent.gone) === null) return true
      } catch (thrown) {
        // The connection breaks when the agent dies; anything else is a failure.
        if (!(thrown instanceof Error) || !/closed with|ECONNREFUSED|ECONNRESET|socket hang up/.test(thrown.message)) throw thrown
      }
    }
    const signal = agent ? await agent.gone : 'SIGKILL'
    if (signal !== 'SIGKILL' || !existsSync(file)) throw new Error(`the agent ended by ${signal}, to be killed at ${[...this.#kills].join(', ')}`)
    const point = readFileSync(file, 'utf8')
    rmSync(file)
    this.#kills.delete(point)
    this.#killed.push(point)
    this.#noteOutputs()
    return false
  }

  /** What bears its name when the agent dies is finished: no later life may make another one. */
  #noteOutputs(): void {
    const spool = path.join(this.#home, 'spool', this.#batchId)
    if (!existsSync(spool)) return
    for (const name of readdirSync(spool)) {
      const documentId = /^(.*)\.signed\.pdf$/.exec(name)?.[1]
      if (documentId !== undefined) this.#bring(documentId, readFileSync(path.join(spool, name)))
    }
  }

  /** A second output of one document would be another file. */
  #bring(documentId: string, bytes: Uint8Array): void {
    const before = this.#signed.get(documentId)
    if (before && !Buffer.from(before).equals(bytes)) throw new Error(`${documentId} was finished twice`)
    this.#signed.set(documentId, bytes)
  }

  async #work(port: number): Promise<void> {
    this.#paired ??= await pairWithAgent(port)
    const client = await AgentClient.connect(port, this.#paired)
    if (this.#options.eventful) await this.#cancelOne(client)
    let batch = await this.#find(client)
    if (this.#killed.length > 0) this.#resumedMs.push(performance.now() - this.#backAt)
    for (const document of this.#documents) {
      const state = batch.documents.find(({ documentId }) => documentId === document.documentId)?.state
      if (state === 'offered') await client.send(this.#batchId, document)
    }
    while (batch.state !== 'done') batch = await this.#goOn(client, batch)
    for (const { documentId, state } of batch.documents) {
      if (state === 'checked' || state === 'returned') await this.#bringBack(client, documentId)
      if (this.#options.eventful && state !== 'refused' && state !== 'sent') await this.#sendOn(client, documentId)
    }
    await client.close()
  }

  /** What the extension does: opens, or asks for what it opened before. */
  async #find(client: AgentClient, batchId = this.#batchId, documents: readonly ClientDocument[] = this.#documents): Promise<BatchView> {
    try {
      return await client.resume(batchId)
    } catch (thrown) {
      if (!(thrown instanceof RefusalError) || thrown.refusal.code !== 'batch-unknown') throw thrown
      const [certificate] = (await client.listCertificates()).certificates
      return client.open(documents, { batchId, certificateSha256: certificate?.sha256 ?? '' })
    }
  }

  async #goOn(client: AgentClient, batch: BatchView): Promise<BatchView> {
    if (batch.state === 'open') return client.batch(this.#batchId, 'offered', 'done')
    const broken = batch.documents.find(needsInsisting)
    if (broken) return client.insist(batch, broken.documentId)
    this.#clerkCancels = batch.state === 'offered' && this.#options.eventful === true
    if (this.#clerkCancels) this.#clerk.change({ confirm: true, pin: this.#options.pin, first: ['cancel'] })
    if (batch.state === 'stopped') this.#clerk.change({ confirm: true, pin: this.#options.pin })
    if (batch.state !== 'signing') client.approve(batch, { insist: this.#options.isDark === true, sendOn: this.#options.eventful === true })
    else if (this.#options.isDark) this.#goUnstamped(client)
    if (this.#options.eventful && batch.state !== 'signing') await this.#pauseOnce(client)
    for (let hasFailed = batch.state === 'signing'; ; ) {
      const heard = await client.wire.hear((message) => this.#isTurn(message))
      if (heard.kind === 'refused') throw new RefusalError(heard.refusal)
      if (heard.kind === 'sign' && heard.step === 'batch') return heard.batch
      hasFailed ||= (heard as Extract<Heard, { step: 'document' }>).document.refusal !== undefined
      if (hasFailed) this.#goUnstamped(client)
    }
  }

  #isTurn(message: Heard): boolean {
    if (message.kind === 'refused') return message.about === 'sign'
    if (message.kind !== 'sign' || message.batchId !== this.#batchId) return false
    if (message.step === 'document') return message.document.state === 'signed' && message.document.mayGoUnstamped === true && this.#options.isDark === true
    return message.step === 'batch' && ['done', 'stopped'].includes(message.batch.state)
  }

  #goUnstamped(client: AgentClient): void {
    client.say({ kind: 'sign', step: 'go-unstamped', batchId: this.#batchId })
  }

  /** The agent's next word on the approval, or on the batch in one of these states. */
  #outcome(client: AgentClient, ...states: string[]): Promise<Heard> {
    return client.wire.hear(
      (message) =>
        (message.kind === 'refused' && message.about === 'sign') ||
        (message.kind === 'sign' && message.step === 'batch' && message.batchId === this.#batchId && states.includes(message.batch.state)),
    )
  }

  /** At the first document of the batch, and on again at once; where no PIN was typed there is nothing to pause. */
  async #pauseOnce(client: AgentClient): Promise<void> {
    if (this.#clerkCancels) return
    await this.#outcome(client, 'signing')
    client.say({ kind: 'sign', step: 'pause', batchId: this.#batchId })
    await this.#outcome(client, 'paused')
    client.say({ kind: 'sign', step: 'go-on', batchId: this.#batchId })
  }

  /** What the document system would hand out again. */
  async #readBack(client: AgentClient, documentId: string): Promise<void> {
    const copyId = crypto.randomUUID()
    client.say({ kind: 'sign', step: 'compare', batchId: this.#batchId, documentId, copyId })
    await client.send(this.#batchId, { documentId: copyId, name: '', bytes: this.#signed.get(documentId) ?? new Uint8Array() })
    await client.wire.hear((message) => message.kind === 'sign' && message.step === 'compared' && message.copyId === copyId)
  }

  async #bringBack(client: AgentClient, documentId: string): Promise<void> {
    this.#bring(documentId, await client.fetch(this.#batchId, documentId))
    if (this.#options.eventful && !this.#hasFailed) {
      this.#hasFailed = true
      client.say({ kind: 'sign', step: 'undelivered', batchId: this.#batchId, documentId, refusal: refusal('upload-failed', { status: '500' }) })
      await client.document(documentId, 'checked')
      await this.#readBack(client, documentId)
    }
    client.delivered(this.#batchId, documentId)
    await client.document(documentId, 'delivered')
  }

  /** The system's next step: asked for once, and told to the agent whenever it lives again. */
  async #sendOn(client: AgentClient, documentId: string): Promise<void> {
    const about = { kind: 'sign', batchId: this.#batchId, documentId } as const
    if (!this.#sentOn.has(documentId)) {
      client.say({ ...about, step: 'send-on', recipients: 'Sở Nội vụ' })
      await client.document(documentId, 'sending')
      if (this.#sentOn.size === 0) {
        client.say({ ...about, step: 'not-sent-on', refusal: refusal('send-refused', { said: '409' }) })
        await client.document(documentId, 'delivered')
        client.say({ ...about, step: 'send-on', recipients: 'Sở Nội vụ' })
        await client.document(documentId, 'sending')
      }
      this.#sentOn.add(documentId)
    }
    client.say({ ...about, step: 'sent-on' })
    await client.document(documentId, 'sent')
  }

  async #cancelOne(client: AgentClient): Promise<void> {
    const batch = await this.#find(client, this.#cancelledId, [newDocument('bỏ.pdf', smallPdf('cancelled'))])
    if (batch.state === 'cancelled') return
    client.cancel(this.#cancelledId)
    await client.batch(this.#cancelledId, 'cancelled')
  }
}

/** What must hold after a day, wherever the agent was killed. */
export function expectWhole({ home, batchId, documents, signed }: Day): void {
  const pdfs = documents.filter(({ name }) => name.endsWith('.pdf'))
  const events = eventsOf(home, batchId)
  expect(verifyJournal(home).misfit).toBeUndefined()
  for (const { documentId, bytes } of pdfs) {
    const of = (what: string): RecordedEvent[] => events.filter((event) => event.documentId === documentId && event.what === what)
    const [finished, ...others] = of('checked')
    const told = events.filter((event) => event.documentId === documentId).map(({ what, facts }) => [what, facts.code].join(' ')).join(', ')
    expect([others.length, of('delivered').length], told).toEqual([0, 1])
    expect(finished?.facts).toMatchObject({ before: sha256(bytes), after: sha256(signed.get(documentId) ?? new Uint8Array()) })
    // The key may be asked again only where there was no output.
    for (const { id } of of('signed')) expect(id).toBeLessThan(finished?.id ?? 0)
    expect(Buffer.from(signed.get(documentId) ?? []).subarray(0, bytes.length).equals(bytes)).toBe(true)
  }
  const left = readdirSync(path.join(home, 'spool'), { recursive: true, encoding: 'utf8' }).filter((file) => file.includes('.pdf')).map((file) => path.basename(file))
  expect(left.sort()).toEqual(pdfs.map(({ documentId }) => `${documentId}.signed.pdf`).sort())
  expect(existsSync(path.join(home, 'pairings.json.part'))).toBe(false)
}

export function expectValid(folder: string, { signed }: Pick<Day, 'signed'>, documentIds: readonly string[]): void {
  for (const documentId of documentIds) {
    const file = path.join(folder, `${documentId}.pdf`)
    writeFileSync(file, signed.get(documentId) ?? '')
    const said = execFileSync('pdfsig', ['-nocert', file], { encoding: 'utf8' })
    expect(said).toContain('Signature is Valid')
    expect(said).toContain('Total document signed')
  }
}

export function readTrace(file: string): string[] {
  return readFileSync(file, 'utf8').trim().split('\n')
}

export function eventsOf(home: string, batchId: string): RecordedEvent[] {
  const journal = new Journal(home)
  try {
    return journal.events(batchId)
  } finally {
    journal.close()
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
