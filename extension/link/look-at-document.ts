import { refuse } from '../../shared/errors.ts'
import { limits } from '../../shared/protocol/limits.ts'
import type { Connection } from './connection.ts'
import { receiveDocument } from './receive-document.ts'

export interface DocumentToLookAt {
  batchId: string
  documentId: string
  /** The digests that the agent told of this document: before, and where it has one, after signing. Asked when the bytes are here. */
  digests: () => readonly (string | undefined)[]
  /** The clerk looks elsewhere. */
  signal: AbortSignal
}

/** A signed file is a little larger than what was sent. */
const mostBytes = limits.documentBytes + 16 * 1024 * 1024

/** Brings the agent's own copy of a document. Refuses with `document-changed` where it is not the one that the clerk agrees to. */
export async function lookAtDocument(connection: Connection, { batchId, documentId, digests, signal }: DocumentToLookAt): Promise<Blob> {
  const lookId = crypto.randomUUID()
  try {
    const { file, sha256 } = await receiveDocument(connection, {
      chunkId: lookId,
      mostBytes,
      signal,
      ask: () => connection.send({ kind: 'sign', step: 'look', batchId, documentId, lookId }),
      answer: (nextOffset) => connection.send({ kind: 'sign', step: 'looked-chunk', batchId, lookId, nextOffset }),
      endedBy: (message) => {
        if (message.kind !== 'sign' || !('lookId' in message) || message.lookId !== lookId) return undefined
        return message.step === 'looked' ? 'end' : message.refusal
      },
    })
    return digests().includes(sha256) ? file : refuse('document-changed')
  } catch (error) {
    // Or the agent would wait for an answer and take this side for gone.
    if (!connection.gone.aborted) connection.send({ kind: 'sign', step: 'look-away', batchId, lookId })
    throw error
  }
}
