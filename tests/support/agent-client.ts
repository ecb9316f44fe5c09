import { createHash, randomUUID } from 'node:crypto'
import { RefusalError } from '../../shared/errors.ts'
import type { ListCertificatesToExtension } from '../../shared/protocol/list-certificates.ts'
import { limits } from '../../shared/protocol/limits.ts'
import type { BatchState, BatchView, ConfirmedBy, CopyForm, DocumentState, DocumentView, Profile, RegisteredFacts } from '../../shared/protocol/sign.ts'
import type { StatusToExtension } from '../../shared/protocol/status.ts'
import { helloOn, pairWithAgent, type Paired } from './pairing-client.ts'
import { isKind, Wire, type Heard } from './wire.ts'

export interface ClientDocument {
  documentId: string
  name: string
  bytes: Uint8Array
  registered?: RegisteredFacts | undefined
}

export function newDocument(name: string, bytes: Uint8Array): ClientDocument {
  return { documentId: randomUUID(), name, bytes }
}

export interface OpenOptions {
  certificateSha256: string
  batchId?: string
  pageOrigin?: string
  profile?: Profile
  ownCertificateSha256?: string
  copyForm?: CopyForm
  comment?: string
}

/** A Node implementation of the extension's side of the link: what tests and bench talk to a real agent with. */
export class AgentClient {
  readonly wire: Wire
  readonly paired: Paired
  #sequence = 0

  private constructor(wire: Wire, paired: Paired) {
    this.wire = wire
    this.paired = paired
  }

  static async pairAndConnect(port: number): Promise<AgentClient> {
    return AgentClient.connect(port, await pairWithAgent(port))
  }

  static async connect(port: number, paired: Paired): Promise<AgentClient> {
    const wire = await Wire.open(port, { origin: paired.origin })
    await helloOn(wire, port, paired)
    return new AgentClient(wire, paired)
  }

  say(message: object): void {
    this.wire.say({ ...message, sequence: ++this.#sequence })
  }

  sayChunk(documentId: string, offset: number, bytes: Uint8Array): void {
    this.wire.sayChunk({ sequence: ++this.#sequence, documentId, offset, bytes })
  }

  close(): Promise<void> {
    return this.wire.close()
  }

  async listCertificates(): Promise<ListCertificatesToExtension> {
    this.say({ kind: 'list-certificates' })
    return this.wire.hear(isKind('list-certificates'))
  }

  async status(): Promise<StatusToExtension> {
    this.say({ kind: 'status' })
    return this.wire.hear(isKind('status'))
  }

  /** Opens a batch without sending a byte. @throws RefusalError */
  async open(documents: readonly ClientDocument[], options: OpenOptions): Promise<BatchView> {
    const { batchId = randomUUID(), pageOrigin = 'https://qlvb.example.vn', profile = 'approve' } = options
    // Named one by one: a whole test agent passes for options. What is undefined is not written.
    const { certificateSha256, ownCertificateSha256, copyForm, comment } = options
    const named = documents.map(({ documentId, name, registered }) => ({ documentId, name, ...(registered ? { registered } : {}) }))
    this.say({ kind: 'sign', step: 'open', batchId, pageOrigin, profile, certificateSha256, ownCertificateSha256, copyForm, comment, documents: named })
    return this.#answeredBatch(batchId)
  }

  /** @throws RefusalError */
  async resume(batchId: string): Promise<BatchView> {
    this.say({ kind: 'resume', batchId })
    return this.#answeredBatch(batchId)
  }

  /** Sends every byte under the window, then `sent`. */
  async send(batchId: string, { documentId, bytes }: ClientDocument): Promise<void> {
    const { chunkBytes, chunkWindow } = limits
    let answeredOffset = 0
    for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
      while (offset - answeredOffset >= chunkWindow * chunkBytes) answeredOffset = await this.#answeredOffset(documentId)
      this.sayChunk(documentId, offset, bytes.subarray(offset, offset + chunkBytes))
    }
    while (answeredOffset < bytes.length) answeredOffset = await this.#answeredOffset(documentId)
    this.say({ kind: 'sign', step: 'sent', batchId, documentId, sizeBytes: bytes.length, sha256: sha256(bytes) })
  }

  /** Opens, sends all, and waits until the agent has read them. */
  async offer(documents: readonly ClientDocument[], options: OpenOptions): Promise<BatchView> {
    const { batchId } = await this.open(documents, options)
    for (const document of documents) await this.send(batchId, document)
    return this.batch(batchId, 'offered', 'done')
  }

  /** Agrees to the list as the agent told it. */
  approve({ batchId, digestListSha256 }: BatchView, { insist = false, sendOn = false } = {}): void {
    this.say({ kind: 'sign', step: 'approve', batchId, digestListSha256, ...(insist ? { insist } : {}), ...(sendOn ? { sendOn } : {}) })
  }

  /** Wants a document signed although its newest signature is broken. @returns the batch with the new list */
  insist({ batchId, state }: BatchView, documentId: string): Promise<BatchView> {
    this.say({ kind: 'sign', step: 'insist', batchId, documentId })
    return this.batch(batchId, state)
  }

  cancel(batchId: string): void {
    this.say({ kind: 'cancel', batchId })
  }

  /** Waits until the batch is told in one of these states. */
  async batch(batchId: string, ...states: readonly BatchState[]): Promise<BatchView> {
    const heard = await this.wire.hear(
      (message) => message.kind === 'sign' && message.step === 'batch' && message.batchId === batchId && states.includes(message.batch.state),
    )
    return (heard as Extract<Heard, { step: 'batch' }>).batch
  }

  /** Waits until the document is told in one of these states. */
  async document(documentId: string, ...states: readonly DocumentState[]): Promise<DocumentView> {
    const heard = await this.wire.hear(
      (message) => message.kind === 'sign' && message.step === 'document' && message.document.documentId === documentId && states.includes(message.document.state),
    )
    return (heard as Extract<Heard, { step: 'document' }>).document
  }

  /** What the agent refused to carry out. */
  async refused(about: string): Promise<{ code: string; facts: Readonly<Record<string, string>> }> {
    const heard = await this.wire.hear((message) => message.kind === 'refused' && message.about === about)
    return (heard as Extract<Heard, { kind: 'refused' }>).refusal
  }

  /** Brings the signed bytes, compared with what the agent says of them. */
  async fetch(batchId: string, documentId: string): Promise<Uint8Array> {
    this.say({ kind: 'sign', step: 'fetch', batchId, documentId })
    const parts: Uint8Array[] = []
    let offset = 0
    for (;;) {
      const heard = await this.wire.hear(
        (message) =>
          (message.kind === 'chunk' && message.chunk.documentId === documentId) ||
          (message.kind === 'sign' && message.step === 'bytes' && message.documentId === documentId) ||
          (message.kind === 'refused' && message.about === 'sign'),
      )
      if (heard.kind === 'refused') throw new RefusalError(heard.refusal)
      if (heard.kind === 'chunk') {
        if (heard.chunk.offset !== offset) throw new Error(`expected offset ${offset}, heard ${heard.chunk.offset}`)
        parts.push(heard.chunk.bytes)
        offset += heard.chunk.bytes.length
        this.say({ kind: 'sign', step: 'fetched-chunk', batchId, documentId, nextOffset: offset })
      } else if (heard.kind === 'sign' && heard.step === 'bytes') {
        const bytes = Buffer.concat(parts)
        if (bytes.length !== heard.sizeBytes || sha256(bytes) !== heard.sha256) throw new Error('the bytes are not those that the agent named')
        return bytes
      }
    }
  }

  delivered(batchId: string, documentId: string, confirmedBy: ConfirmedBy = 'answer'): void {
    this.say({ kind: 'sign', step: 'delivered', batchId, documentId, confirmedBy })
  }

  async #answeredBatch(batchId: string): Promise<BatchView> {
    const heard = await this.wire.hear(
      (message) =>
        (message.kind === 'sign' && message.step === 'batch' && message.batchId === batchId) || (message.kind === 'refused' && message.batchId === batchId),
    )
    if (heard.kind === 'refused') throw new RefusalError(heard.refusal)
    return (heard as Extract<Heard, { step: 'batch' }>).batch
  }

  async #answeredOffset(documentId: string): Promise<number> {
    const heard = await this.wire.hear(
      (message) =>
        (message.kind === 'sign' && message.step === 'received-chunk' && message.documentId === documentId) ||
        (message.kind === 'sign' && message.step === 'document' && message.document.documentId === documentId && message.document.state === 'refused'),
    )
    if (heard.kind === 'sign' && heard.step === 'received-chunk') return heard.nextOffset
    throw new RefusalError((heard as Extract<Heard, { step: 'document' }>).document.refusal ?? { code: 'unexpected', facts: {} })
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
