import { sha256 } from '@noble/hashes/sha2.js'
import { limits } from '../../shared/protocol/limits.ts'
import { ChunkWindow } from './chunk-window.ts'
import type { Connection } from './connection.ts'
import { orLate } from './or-late.ts'
import { hex } from './pairing-keys.ts'

export interface DocumentToSend {
  batchId: string
  documentId: string
  /** Pieces of any size, as they arrive. */
  pieces: AsyncIterable<Uint8Array>
  /** Ends the sending, for example because the agent refused the document. */
  signal: AbortSignal
}

export interface SentDocument {
  sizeBytes: number
  sha256: string
}

/** More than this waiting in the browser, and no further chunk is handed over. */
const bufferedLimitBytes = 2 * limits.chunkWindow * limits.chunkBytes
const drainMs = 10

/** Hashes and sends a document while it arrives; never holds more of it than a window. */
export async function sendDocument(connection: Connection, { batchId, documentId, pieces, signal }: DocumentToSend): Promise<SentDocument> {
  const stop = AbortSignal.any([signal, connection.gone])
  const window = new ChunkWindow(stop)
  const forget = connection.onMessage((message) => {
    if (message.kind === 'sign' && message.step === 'received-chunk' && message.documentId === documentId) window.acknowledge(message.nextOffset)
  })
  try {
    const digest = sha256.create()
    let sizeBytes = 0
    for await (const chunk of inChunks(pieces, limits.chunkBytes)) {
      await window.room(sizeBytes)
      while (connection.bufferedBytes() > bufferedLimitBytes) await new Promise((resolve) => setTimeout(resolve, drainMs))
      stop.throwIfAborted()
      connection.sendChunk(documentId, sizeBytes, chunk)
      digest.update(chunk)
      sizeBytes += chunk.length
    }
    await window.reached(sizeBytes)
    const sent = { sizeBytes, sha256: hex(digest.digest()) }
    connection.send({ kind: 'sign', step: 'sent', batchId, documentId, ...sent })
    return sent
  } finally {
    forget()
  }
}

/**
 * The same bytes in chunks of one size; smaller ones only at the end, or where the next piece takes so long that the agent would
 * think the sender gone. The array is reused: take its bytes before the next.
 */
export async function* inChunks(pieces: AsyncIterable<Uint8Array>, sizeBytes: number, patienceMs = limits.chunkSilenceMs / 4): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(sizeBytes)
  let filled = 0
  for await (const piece of withPauses(pieces, patienceMs)) {
    if (piece === undefined) {
      if (filled > 0) yield chunk.subarray(0, filled)
      filled = 0
      continue
    }
    for (let taken = 0; taken < piece.length; ) {
      const part = piece.subarray(taken, taken + sizeBytes - filled)
      chunk.set(part, filled)
      filled += part.length
      taken += part.length
      if (filled === sizeBytes) {
        yield chunk
        filled = 0
      }
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled)
}

/** The pieces, and `undefined` each time that the next one is late. */
async function* withPauses(pieces: AsyncIterable<Uint8Array>, patienceMs: number): AsyncGenerator<Uint8Array | undefined> {
  const iterator = pieces[Symbol.asyncIterator]()
  let next = iterator.next()
  try {
    while (true) {
      const result = await orLate(next, patienceMs)
      if (result?.done) return
      yield result?.value
      if (result !== undefined) next = iterator.next()
    }
  } finally {
    // Not awaited: a source that hangs answers only when its own signal ends it, and nobody listens to how.
    next.catch(() => undefined)
    iterator.return?.().catch(() => undefined)
  }
}
