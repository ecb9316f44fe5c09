import { sha256 } from '@noble/hashes/sha2.js'
import { refusal, refuse, RefusalError } from '../../shared/errors.ts'
import { limits } from '../../shared/protocol/limits.ts'
import type { Connection } from './connection.ts'
import { hex } from './pairing-keys.ts'

export interface SignedDocument {
  batchId: string
  documentId: string
  /** As the agent told it when the document was checked. */
  signedBytes: number
  signedSha256: string
}

/** Brings the signed bytes from the agent. Refuses with `document-changed` where size or digest are not those told before. */
export async function fetchSigned(connection: Connection, { batchId, documentId, signedBytes, signedSha256 }: SignedDocument): Promise<Blob> {
  const parts: Blob[] = []
  const digest = sha256.create()
  let offset = 0
  await new Promise<void>((resolve, reject) => {
    let silence = setTimeout(fail, limits.chunkSilenceMs)
    const forgetChunks = connection.onChunk((chunk) => {
      if (chunk.documentId !== documentId) return
      clearTimeout(silence)
      if (chunk.offset !== offset || offset + chunk.bytes.length > signedBytes) {
        settle(() => reject(new RefusalError(refusal('document-changed'))))
        return
      }
      silence = setTimeout(fail, limits.chunkSilenceMs)
      digest.update(chunk.bytes)
      // A Blob of its own, so that the browser can keep the bytes outside the worker.
      parts.push(new Blob([new Uint8Array(chunk.bytes)]))
      offset += chunk.bytes.length
      connection.send({ kind: 'sign', step: 'fetched-chunk', batchId, documentId, nextOffset: offset })
    })
    const forgetMessages = connection.onMessage((message) => {
      if (message.kind === 'sign' && message.step === 'bytes' && message.documentId === documentId) settle(resolve)
    })
    const lost = (): void => settle(() => reject(connection.gone.reason as RefusalError))
    connection.gone.addEventListener('abort', lost)
    function fail(): void {
      settle(() => reject(new RefusalError(refusal('agent-unreachable'))))
    }
    function settle(outcome: () => void): void {
      clearTimeout(silence)
      forgetChunks()
      forgetMessages()
      connection.gone.removeEventListener('abort', lost)
      outcome()
    }
    connection.send({ kind: 'sign', step: 'fetch', batchId, documentId })
  })
  if (offset !== signedBytes || hex(digest.digest()) !== signedSha256) refuse('document-changed')
  return new Blob(parts, { type: 'application/pdf' })
}
