import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect } from 'vitest'
import { encodeChunk } from '../../shared/protocol/chunk.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import { Peers } from '../../agent/server/peer.ts'
import { limits } from '../../shared/protocol/limits.ts'
import { AgentClient, newDocument, type ClientDocument } from '../support/agent-client.ts'
import { frame, openRawSocket } from '../support/raw-socket.ts'
import { journalOf, makeDocuments, startTestAgent, type TestAgent } from '../support/test-agent.ts'
import { memoryFolder, tempFolder } from '../support/temp-folder.ts'
import { Wire, type Heard } from '../support/wire.ts'

type Json = Record<string, unknown>
/** What one step sends. Text and binary are whole frames; `frames` are the bytes below the protocol of WebSocket. */
type Step = { of: 'message'; message: Json; sequence: 'next' | number } | { of: 'text'; text: string } | { of: 'binary'; bytes: Uint8Array } | { of: 'frames'; bytes: Buffer }

/** Ids that mean something to the agent, by their index: of the own batch, of another pairing, of nothing. */
const batch = fc.constantFrom('@own', '@foreign', '@over', randomUUID())
const document = fc.constantFrom('@received', '@awaited', '@broken', '@foreign-document', randomUUID())
const sha256 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'))
const label = fc.string({ unit: 'grapheme', maxLength: 40 })
const offset = fc.oneof(fc.nat({ max: 400 }), fc.constantFrom(0, -1, 1.5, 0xffff_ffff, Number.MAX_SAFE_INTEGER))
const refusal = fc.constantFrom({ code: 'upload-failed', facts: { status: '500' } }, { code: 'cancelled', facts: {} }, { code: 'nothing', facts: {} })
const kind = fc.constant('sign')

/** Every message that a proven extension may say, well-formed; `approve` never names the list of its batch. */
const wellFormed: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>({ kind: 'status' }, { kind: 'list-certificates' }, { kind: 'pairings', step: 'list' }),
  fc.record({ kind: fc.constantFrom('resume', 'cancel'), batchId: batch }),
  fc.record({ kind: fc.constant('pairings'), step: fc.constant('revoke'), pairingId: fc.uuid() }),
  fc.record({ kind: fc.constant('role'), certificateSha256: fc.oneof(fc.constant('@certificate'), sha256), role: fc.constantFrom('person', 'agency') }),
  fc.record({ kind, step: fc.constant('receipt'), batchId: batch }),
  fc.record({
    ...{ kind, step: fc.constant('open'), batchId: batch, pageOrigin: fc.constantFrom('https://a.vn', 'http://a.vn', 'https://A.vn:443') },
    ...{ profile: fc.constantFrom('approve', 'issue'), certificateSha256: fc.oneof(fc.constant('@certificate'), sha256) },
    documents: fc.array(fc.record({ documentId: document, name: label }), { maxLength: 4 }),
  }),
  fc.record({ kind, step: fc.constant('sent'), batchId: batch, documentId: document, sizeBytes: fc.nat({ max: 200 }), sha256 }),
  fc.record({ kind, step: fc.constantFrom('lost', 'undelivered'), batchId: batch, documentId: document, refusal }),
  fc.record({ kind, step: fc.constant('approve'), batchId: batch, digestListSha256: fc.oneof(sha256, fc.constant('@foreign-list')), sendOn: fc.constant(true) }),
  fc.record({ kind, step: fc.constant('send-on'), batchId: batch, documentId: document, recipients: label }),
  fc.record({ kind, step: fc.constant('sent-on'), batchId: batch, documentId: document }),
  fc.record({ kind, step: fc.constant('not-sent-on'), batchId: batch, documentId: document, refusal }),
  fc.record({ kind, step: fc.constantFrom('skip', 'insist'), batchId: batch, documentId: document }),
  fc.record({ kind, step: fc.constant('fetch'), batchId: batch, documentId: document }),
  fc.record({ kind, step: fc.constant('fetched-chunk'), batchId: batch, documentId: document, nextOffset: offset }),
  fc.record({ kind, step: fc.constant('delivered'), batchId: batch, documentId: document, confirmedBy: fc.constantFrom('digest', 'answer', 'list-row', 'none') }),
  fc.record({ kind, step: fc.constant('look'), batchId: batch, documentId: document, lookId: document }),
  fc.record({ kind, step: fc.constant('looked-chunk'), batchId: batch, lookId: document, nextOffset: offset }),
  fc.record({ kind, step: fc.constant('look-away'), batchId: batch, lookId: document }),
)

const strange: fc.Arbitrary<unknown> = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom('../../etc/passwd', '\u0000', 'x'.repeat(5_000), '__proto__', 1e308, -0, {}, []))

/** One thing about it is changed: a key gone, a key too many, a value of another kind, the words of another message. */
const mutated: fc.Arbitrary<Json> = fc.tuple(wellFormed, wellFormed, fc.nat(), strange, fc.constantFrom('drop', 'add', 'replace', 'mix', 'nest')).map(([message, other, index, value, how]) => {
  const keys = Object.keys(message)
  const key = keys[index % keys.length] ?? 'kind'
  switch (how) {
    case 'drop':
      return Object.fromEntries(Object.entries(message).filter(([name]) => name !== key))
    case 'add':
      return { ...message, [index % 2 === 0 ? 'admin' : '__proto__x']: value }
    case 'replace':
      return { ...message, [key]: value }
    case 'mix':
      return { ...other, ...message, [key]: other[key] }
    case 'nest':
      return { ...message, [key]: [message[key]] }
  }
})

const helloLike: fc.Arbitrary<Json> = fc.oneof(
  fc.record({ kind: fc.constant('hello'), step: fc.constant('offer'), version: fc.constantFrom(0, 1, 2, 99, -1), pairingId: fc.uuid(), nonce: sha256 }),
  fc.record({ kind: fc.constant('hello'), step: fc.constant('prove'), proof: sha256 }),
  fc.record({ kind: fc.constant('pair'), step: fc.constant('offer'), version: fc.constantFrom(0, 1, 99), commitment: sha256, name: label, ticketId: fc.uuid() }, { requiredKeys: ['kind', 'step', 'version', 'commitment', 'name'] }),
  fc.record({ kind: fc.constant('pair'), step: fc.constant('prove'), proof: sha256 }),
  fc.record({ kind: fc.constant('pair'), step: fc.constant('reveal'), publicKey: fc.base64String({ minLength: 88, maxLength: 88 }), nonce: sha256 }),
)

const binary = fc.oneof(
  fc.uint8Array({ maxLength: 100 }),
  fc.tuple(document, offset, fc.uint8Array({ minLength: 1, maxLength: 300 })).map(([documentId, at, bytes]) => ({ documentId, at, bytes })),
)

const afterHello = fc.oneof(
  { weight: 10, arbitrary: fc.tuple(wellFormed, fc.constant('next' as const)) },
  { weight: 6, arbitrary: fc.tuple(mutated, fc.constant('next' as const)) },
  { weight: 1, arbitrary: fc.tuple(wellFormed, fc.constantFrom(0, -1, 1, 1.5, 0xffff_ffff, 2 ** 40)) },
  { weight: 1, arbitrary: fc.oneof(fc.string(), fc.json()) },
  { weight: 4, arbitrary: binary },
)

const beforeHello: fc.Arbitrary<Step> = fc.oneof(
  fc.oneof(helloLike, wellFormed, mutated).map((message): Step => ({ of: 'text', text: JSON.stringify(message) })),
  fc.oneof(fc.string(), fc.json()).map((text): Step => ({ of: 'text', text })),
  fc.uint8Array({ maxLength: 200 }).map((bytes): Step => ({ of: 'binary', bytes })),
  fc
    .record({ opcode: fc.nat({ max: 15 }), payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)), isFinal: fc.boolean(), isMasked: fc.boolean(), reserved: fc.nat({ max: 7 }) })
    .map((parts): Step => ({ of: 'frames', bytes: frame(parts) })),
)

/** How a connection may end that said something wrong. 1011 would be a defect of ours, 1006 a crash. */
const fairCodes: readonly number[] = [1000, 1001, 1002, 1003, 1005, 1007, 1008, 1009, ...Object.values(closeCodes)]

export interface FuzzReport {
  cpuMsPerMessage: number
  messages: number
  closed: number
  refused: number
}

/** Sends so many messages to one agent, four fifths of them after hello, and holds it to its promises. */
export async function fuzzProtocol(messages: number, seed: number): Promise<FuzzReport> {
  const office = await FuzzedOffice.open()
  const before = Math.floor(messages / 5)
  const options = { seed, endOnFailure: true }
  const used = process.cpuUsage()
  await fc.assert(fc.asyncProperty(beforeHello, (step) => office.meet(step)), { ...options, numRuns: before })
  await fc.assert(fc.asyncProperty(afterHello, (step) => office.say(step)), { ...options, numRuns: messages - before })
  // Both sides of every message run in this process: what it costs is its processor's time, however busy the machine is.
  const { user, system } = process.cpuUsage(used)
  return { ...(await office.close()), cpuMsPerMessage: Math.round((user + system) / messages) / 1_000 }
}

class FuzzedOffice {
  readonly #agent: TestAgent
  readonly #ids: Record<string, string>
  readonly #report = { messages: 0, closed: 0, refused: 0 }
  #client: AgentClient
  #left = 0

  private constructor(agent: TestAgent, client: AgentClient, ids: Record<string, string>) {
    this.#agent = agent
    this.#client = client
    this.#ids = ids
  }

  static async open(): Promise<FuzzedOffice> {
    let confirmed = true
    // Thousands of connections, all of them ours: whose they are is tests/attacks/users.test.ts.
    const peers = new Peers(() => Promise.reject(new Error('not asked')))
    // The door is fuzzed, not the disk: every message has the journal flushed, which is nearly all of the time on a busy disk.
    const home = tempFolder(memoryFolder)
    // A fuzzed answer may make the key another one's; which acts it may then do is tests/agent/session/two-keys.test.ts.
    const agent = await startTestAgent({ home, confirm: () => Promise.resolve(confirmed), limits: { pairingRefusals: 1_000_000 }, settings: { anyKey: true }, peers })
    const foreign = await AgentClient.pairAndConnect(agent.port)
    const client = await AgentClient.pairAndConnect(agent.port)
    confirmed = false
    const [theirs] = makeDocuments(1)
    if (!theirs) throw new Error('no document')
    const offered = await foreign.offer([theirs], agent)
    await foreign.close()
    const ids = { '@foreign': offered.batchId, '@foreign-document': theirs.documentId, '@foreign-list': offered.digestListSha256 ?? '', '@certificate': agent.certificateSha256 }
    return new FuzzedOffice(agent, client, ids)
  }

  /** Something said to the door by whoever comes. */
  async meet(step: Step): Promise<void> {
    this.#report.messages++
    if (step.of === 'frames') {
      const socket = await openRawSocket(this.#agent.port)
      socket.socket.write(step.bytes)
      // A frame that announces more than it brings leaves the door waiting.
      socket.socket.end()
      const code = await socket.closed
      if (code !== undefined) expect(fairCodes).toContain(code)
      return
    }
    const wire = await Wire.open(this.#agent.port)
    if (step.of === 'text') wire.socket.send(step.text)
    if (step.of === 'binary') wire.socket.send(step.bytes)
    wire.socket.close()
    this.#closed(await wire.closed, wire.unheard)
  }

  /** Something said on a proven connection, which is opened anew where the last one was closed. */
  async say(step: [message: Json, sequence: 'next' | number] | string | Uint8Array | { documentId: string; at: number; bytes: Uint8Array }): Promise<void> {
    this.#report.messages++
    if (this.#left-- === 0 || this.#client.wire.socket.readyState !== this.#client.wire.socket.OPEN) await this.#begin()
    const { wire } = this.#client
    if (typeof step === 'string') wire.socket.send(step)
    else if (step instanceof Uint8Array) wire.socket.send(step)
    else if (!Array.isArray(step)) this.#sayChunk(step)
    else if (step[1] === 'next') this.#client.say(this.#named(step[0]) as Json)
    else wire.say({ ...(this.#named(step[0]) as Json), sequence: step[1] })
    this.#client.say({ kind: 'status' })
    await wire.hear((heard) => heard.kind === 'status').catch(() => undefined)
    this.#check(wire.unheard)
    if (wire.socket.readyState !== wire.socket.OPEN) this.#closed(await wire.closed, wire.unheard)
  }

  /** Nothing was signed, nothing failed, and the agent still answers. */
  async close(): Promise<Omit<FuzzReport, 'cpuMsPerMessage'>> {
    const last = await AgentClient.connect(this.#agent.port, this.#client.paired)
    await last.status()
    expect([this.#agent.keys.prompts.length, this.#agent.keys.signed.length]).toEqual([0, 0])
    await this.#agent.close()
    expect(journalOf(this.#agent.home).filter(({ what }) => what === 'failed' || what === 'signed' || what === 'approved')).toEqual([])
    return this.#report
  }

  /** A new connection with a batch of its own: one document received, one awaited, one whose signature is broken. The last one is given up. */
  async #begin(): Promise<void> {
    this.#left = 40
    await this.#client.close()
    this.#client = await AgentClient.connect(this.#agent.port, this.#client.paired)
    const { batches } = await this.#client.status()
    for (const { batchId } of batches) this.#client.cancel(batchId)
    const documents = makeDocuments(2) as [ClientDocument, ClientDocument]
    const broken = newDocument('broken.pdf', Buffer.from(`%PDF-1.7 %broken ${crypto.randomUUID()}`))
    const { batchId } = await this.#client.open([...documents, broken], this.#agent)
    for (const document of [documents[0], broken]) {
      await this.#client.send(batchId, document)
      await this.#client.document(document.documentId, 'received')
    }
    Object.assign(this.#ids, { '@broken': broken.documentId, '@over': this.#ids['@own'] ?? batchId, '@own': batchId, '@received': documents[0].documentId, '@awaited': documents[1].documentId })
  }

  #sayChunk({ documentId, at, bytes }: { documentId: string; at: number; bytes: Uint8Array }): void {
    const known = this.#ids[documentId] ?? documentId
    if (at >= 0 && Number.isInteger(at) && at <= 0xffff_ffff) this.#client.sayChunk(known, at, bytes)
    else this.#client.wire.socket.send(encodeChunk({ sequence: 0, documentId: known, offset: 0, bytes }))
  }

  /** Puts the ids of this connection in the place of their names. */
  #named(value: unknown): unknown {
    if (typeof value === 'string') return this.#ids[value] ?? value
    if (Array.isArray(value)) return value.map((item) => this.#named(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#named(item)]))
  }

  #closed(code: number, heard: readonly Heard[]): void {
    this.#report.closed++
    expect(fairCodes).toContain(code)
    this.#check(heard)
  }

  #check(heard: readonly Heard[]): void {
    const refusals = heard.flatMap((message) => {
      if (message.kind === 'refused') return message.refusal
      return message.kind === 'sign' && message.step === 'document' && message.document.refusal ? message.document.refusal : []
    })
    this.#report.refused += heard.at(-1)?.kind === 'refused' ? 1 : 0
    expect(refusals.filter(({ code }) => code === 'unexpected')).toEqual([])
    expect(JSON.stringify(heard).length).toBeLessThan(100 * limits.frameBytes)
  }
}
