import type { BatchView, DocumentView, SignToExtension } from './sign.ts'

type Unnumbered<Message> = Message extends unknown ? Omit<Message, 'sequence'> : never
type BatchMessage = Unnumbered<Extract<SignToExtension, { step: 'batch' | 'more' }>>

/** Bytes that a frame has for all but the documents: the head of the batch with its certificate and refusal. */
const headBytes = 16 * 1024

/**
 * A batch as messages that fit into a frame each: `batch` with the first documents, then `more` with the next ones;
 * `toCome` counts the documents that are still missing. A small batch is one message.
 */
export function splitBatch(batch: BatchView, frameBytes: number): BatchMessage[] {
  const [first = [], ...others] = partsOf(batch.documents, frameBytes - headBytes)
  const { batchId } = batch
  let toCome = batch.documents.length - first.length
  const messages: BatchMessage[] = [{ kind: 'sign', step: 'batch', batchId, batch: { ...batch, documents: first }, ...(toCome > 0 ? { toCome } : {}) }]
  for (const documents of others) {
    toCome -= documents.length
    messages.push({ kind: 'sign', step: 'more', batchId, documents, toCome })
  }
  return messages
}

function partsOf(documents: readonly DocumentView[], roomBytes: number): DocumentView[][] {
  const encoder = new TextEncoder()
  const parts: DocumentView[][] = []
  let leftBytes = 0
  for (const document of documents) {
    const sizeBytes = encoder.encode(JSON.stringify(document)).length + 1
    if (sizeBytes > leftBytes || parts.length === 0) {
      parts.push([])
      leftBytes = roomBytes
    }
    parts.at(-1)?.push(document)
    leftBytes -= sizeBytes
  }
  return parts
}

/** The other end: puts the parts of a batch together again. One for each connection. */
export class BatchParts {
  private readonly begun = new Map<string, BatchView>()

  /** The whole batch as soon as its last part is there, else undefined. */
  take(message: BatchMessage): BatchView | undefined {
    const { batchId, toCome = 0 } = message
    const before = message.step === 'batch' ? message.batch : this.begun.get(batchId)
    // A part without a beginning says nothing.
    if (before === undefined) return undefined
    const batch = message.step === 'batch' ? before : { ...before, documents: [...before.documents, ...message.documents] }
    if (toCome === 0) this.begun.delete(batchId)
    else this.begun.set(batchId, batch)
    return toCome === 0 ? batch : undefined
  }
}
