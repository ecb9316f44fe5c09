import { createHash } from 'node:crypto'
import { digestListText } from '../../../shared/protocol/digest-list.ts'
import type { FakeAgent } from '../link/fake-agent.ts'
import { digestOf } from './document-site.ts'

type Words = Record<string, unknown>
export interface AgentDocument extends Words {
  documentId: string
  name: string
  state: string
}

const chunkBytes = 256 * 1024

/** Plays the session behind the agent's door: keeps one batch and what it holds over connections, and "signs" by adding a line. */
export class BatchAgent {
  batchId = ''
  state = 'open'
  documents: AgentDocument[] = []
  /** What the office's policy fixes. */
  listedSites: string[] = []
  certificates: Words[] = []
  /** Told instead of the true one. */
  digestListSha256: string | undefined
  /** What is told of a file that was read back, by its bytes. */
  verdictOf: (copy: Buffer) => Words = () => ({ step: 'compared', verdict: 'same' })
  /** Documents whose copies are under way, by the id of the copy. */
  private readonly copies = new Map<string, string>()
  readonly received = new Map<string, Buffer[]>()
  readonly log: Words[] = []
  /** What the agent refuses when a document is whole; by name. */
  readonly refusals = new Map<string, string>()
  private readonly agent: FakeAgent
  private readonly sending = new Map<string, number>()

  private isSentOn = false

  constructor(agent: FakeAgent) {
    this.agent = agent
    agent.onMessage = (message) => this.hear(message)
    agent.onChunk = (frame) => this.take(frame)
  }

  document(name: string): AgentDocument {
    const document = this.documents.find((candidate) => candidate.name === name)
    if (document === undefined) throw new Error(`no document ${name}`)
    return document
  }

  signedOf(documentId: string): Buffer {
    return Buffer.concat([...(this.received.get(documentId) ?? []), Buffer.from('\n%signed')])
  }

  tellBatch(): void {
    const listed = this.documents.filter(({ state }) => state === 'received').map(({ name, sha256 }) => ({ name, sha256: String(sha256) }))
    const digest = createHash('sha256').update(digestListText(listed)).digest('hex')
    const consent = this.state === 'open' || listed.length === 0 ? {} : { digestListSha256: this.digestListSha256 ?? digest, shortCode: 'ABCD-EFGH' }
    const { batchId, state, documents } = this
    this.agent.say({ kind: 'sign', step: 'batch', batchId, batch: { batchId, pageOrigin: 'http://127.0.0.1:1', profile: 'approve', state, ...consent, ...(this.isSentOn ? { sendOn: true } : {}), documents } })
  }

  change(documentId: string, change: Words): void {
    const document = this.documents.find((candidate) => candidate.documentId === documentId)
    if (document === undefined) return
    Object.assign(document, change)
    this.agent.say({ kind: 'sign', step: 'document', batchId: this.batchId, document })
  }

  private hear(message: Words): void {
    if (message['kind'] === 'list-certificates') return this.agent.say({ kind: 'list-certificates', certificates: this.certificates, problems: [] })
    if (message['kind'] === 'status') return this.agent.say({ kind: 'status', agentVersion: '0.1.0', batches: [], listedSites: this.listedSites })
    if (message['kind'] === 'pairings') return this.agent.say({ kind: 'pairings', pairings: [] })
    if (message['kind'] === 'image') return this.agent.say({ kind: 'image', step: 'list', images: [] })
    this.log.push(message)
    if (message['kind'] === 'resume') {
      if (message['batchId'] === this.batchId) this.tellBatch()
      else this.agent.say({ kind: 'refused', about: 'resume', batchId: message['batchId'], refusal: { code: 'batch-unknown', facts: {} } })
    }
    if (message['kind'] === 'sign') this.sign(message, String(message['documentId']))
  }

  private sign(message: Words, documentId: string): void {
    switch (message['step']) {
      case 'open':
        this.batchId = String(message['batchId'])
        this.state = 'open'
        this.documents = (message['documents'] as { documentId: string; name: string }[]).map((document) => ({ ...document, state: 'offered' }))
        return this.tellBatch()
      case 'sent':
        if (this.copies.delete(documentId)) return this.compared(documentId)
        return this.whole(documentId, message)
      case 'compare':
        return void this.copies.set(String(message['copyId']), documentId)
      case 'lost':
        if (this.copies.delete(documentId)) return
        this.change(documentId, { state: 'refused', refusal: message['refusal'] })
        return this.settle()
      case 'approve':
        this.state = 'signing'
        this.isSentOn = message['sendOn'] === true
        this.tellBatch()
        for (const { documentId: id, state } of this.documents) {
          const signed = this.signedOf(id)
          if (state === 'received') this.change(id, { state: 'checked', signedBytes: signed.length, signedSha256: digestOf(signed) })
        }
        this.state = 'done'
        return this.tellBatch()
      case 'send-on':
        return this.change(documentId, { state: 'sending', refusal: undefined })
      case 'sent-on':
        return this.change(documentId, { state: 'sent', refusal: undefined })
      case 'not-sent-on':
        return this.change(documentId, { state: (message['refusal'] as { code: string }).code === 'send-unconfirmed' ? 'sending' : 'delivered', refusal: message['refusal'] })
      case 'fetch':
        this.sending.set(documentId, 0)
        return this.sendOn(documentId)
      case 'fetched-chunk':
        return this.sendOn(documentId)
      case 'delivered':
        return this.change(documentId, { state: 'delivered', refusal: undefined, confirmedBy: message['confirmedBy'] })
      case 'undelivered':
        return this.change(documentId, { state: 'checked', refusal: message['refusal'] })
    }
  }

  private compared(copyId: string): void {
    const copy = Buffer.concat(this.received.get(copyId) ?? [])
    this.agent.say({ kind: 'sign', batchId: this.batchId, copyId, ...this.verdictOf(copy) })
  }

  private whole(documentId: string, { sizeBytes, sha256 }: Words): void {
    const bytes = Buffer.concat(this.received.get(documentId) ?? [])
    const { name } = this.documents.find((document) => document.documentId === documentId) ?? { name: '' }
    const code = this.refusals.get(name) ?? (bytes.length === sizeBytes && digestOf(bytes) === sha256 ? undefined : 'document-changed')
    if (code === undefined) this.change(documentId, { state: 'received', sizeBytes, sha256 })
    else this.change(documentId, { state: 'refused', refusal: { code, facts: {} } })
    this.settle()
  }

  private settle(): void {
    if (this.documents.some(({ state }) => state === 'offered')) return
    this.state = this.documents.some(({ state }) => state === 'received') ? 'offered' : 'done'
    this.tellBatch()
  }

  private take(frame: Buffer): void {
    const digits = frame.subarray(4, 20).toString('hex')
    const documentId = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-')
    if (frame.readUInt32BE(20) === 0) this.received.set(documentId, [])
    const parts = this.received.get(documentId) ?? []
    parts.push(frame.subarray(24))
    this.agent.say({ kind: 'sign', step: 'received-chunk', batchId: this.batchId, documentId, nextOffset: Buffer.concat(parts).length })
  }

  private sendOn(documentId: string): void {
    const signed = this.signedOf(documentId)
    const offset = this.sending.get(documentId) ?? 0
    if (offset < signed.length) {
      const chunk = signed.subarray(offset, offset + chunkBytes)
      this.sending.set(documentId, offset + chunk.length)
      this.agent.sayChunk(documentId, offset, chunk)
    } else {
      if (this.documents.find((document) => document.documentId === documentId)?.state === 'checked') this.change(documentId, { state: 'returned' })
      this.agent.say({ kind: 'sign', step: 'bytes', batchId: this.batchId, documentId, sizeBytes: signed.length, sha256: digestOf(signed) })
    }
  }
}
