import { sha256 } from '@noble/hashes/sha2.js'
import { refusal, RefusalError, type Refusal } from '../../shared/errors.ts'
import { limits } from '../../shared/protocol/limits.ts'
import type { Connection, Incoming } from './connection.ts'
import { hex } from './pairing-keys.ts'

export interface Receiving {
  /** What the chunks are called by. */
  chunkId: string
  /** More than this is not what was asked for. */
  mostBytes: number
  ask: () => void
  /** All bytes before this offset are here. */
  answer: (nextOffset: number) => void
  /** Whether this message ends it: with everything sent, or with the reason why there is nothing. */
  endedBy: (message: Incoming) => 'end' | Refusal | undefined
  signal?: AbortSignal
}

export interface ReceivedDocument {
  file: Blob
  sizeBytes: number
  sha256: string
}

/** A document on its way from the agent, hashed while it arrives. Whose bytes it must be is for the caller to compare. */
export async function receiveDocument(connection: Connection, receiving: Receiving): Promise<ReceivedDocument> {
  const { chunkId, mostBytes, ask, answer, endedBy, signal } = receiving
  const parts: Blob[] = []
  const digest = sha256.create()
  let offset = 0
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    let silence = setTimeout(fail, limits.chunkSilenceMs)
    const forgetChunks = connection.onChunk((chunk) => {
      if (chunk.documentId !== chunkId) return
      clearTimeout(silence)
      if (chunk.offset !== offset || offset + chunk.bytes.length > mostBytes) {
        settle(() => reject(new RefusalError(refusal('document-changed'))))
        return
      }
      silence = setTimeout(fail, limits.chunkSilenceMs)
      digest.update(chunk.bytes)
      // A Blob of its own, so that the browser can keep the bytes outside the worker.
      parts.push(new Blob([new Uint8Array(chunk.bytes)]))
      offset += chunk.bytes.length
      answer(offset)
    })
    const forgetMessages = connection.onMessage((message) => {
      const end = endedBy(message)
      if (end !== undefined) settle(() => (end === 'end' ? resolve() : reject(new RefusalError(end))))
    })
    const lost = (): void => settle(() => reject(connection.gone.reason as RefusalError))
    const stopped = (): void => settle(() => reject(signal?.reason as Error))
    connection.gone.addEventListener('abort', lost)
    signal?.addEventListener('abort', stopped)
    function fail(): void {
      settle(() => reject(new RefusalError(refusal('agent-unreachable'))))
    }
    function settle(outcome: () => void): void {
      clearTimeout(silence)
      forgetChunks()
      forgetMessages()
      connection.gone.removeEventListener('abort', lost)
      signal?.removeEventListener('abort', stopped)
      outcome()
    }
    ask()
  })
  return { file: new Blob(parts, { type: 'application/pdf' }), sizeBytes: offset, sha256: hex(digest.digest()) }
}
