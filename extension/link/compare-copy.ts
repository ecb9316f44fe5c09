import { RefusalError, refuse } from '../../shared/errors.ts'
import type { Connection } from './connection.ts'
import { sendDocument } from './send-document.ts'

export interface CopyToCompare {
  batchId: string
  documentId: string
  /** What the document system hands out now. */
  pieces: AsyncIterable<Uint8Array>
}

/** What the document system holds: the signed file, the same with more behind it, one whose signatures are broken, or still the original. */
export type CopyVerdict = 'same' | 'extended' | 'broken' | 'original'

/** Has the agent hold a file that was read back against the one that it signed. Refuses with why it could not be read or compared. */
export async function compareCopy(connection: Connection, { batchId, documentId, pieces }: CopyToCompare): Promise<CopyVerdict> {
  const copyId = crypto.randomUUID()
  const verdict = Promise.withResolvers<CopyVerdict>()
  const refused = new AbortController()
  // Whoever is still sending hears of it by the signal.
  verdict.promise.catch((reason: unknown) => refused.abort(reason))
  const forget = connection.onMessage((message) => {
    if (message.kind !== 'sign') return
    if (message.step === 'compared' && message.copyId === copyId) verdict.resolve(message.verdict)
    if (message.step === 'incomparable' && message.copyId === copyId) verdict.reject(new RefusalError(message.refusal))
  })
  const gone = (): void => verdict.reject(connection.gone.reason)
  connection.gone.addEventListener('abort', gone)
  // The agent expects pieces from this word on, and the document system may take its time.
  const announce = (): void => connection.send({ kind: 'sign', step: 'compare', batchId, documentId, copyId })
  try {
    await sendDocument(connection, { batchId, documentId: copyId, pieces: announced(pieces, announce), signal: refused.signal })
    return await verdict.promise
  } catch (error) {
    if (!connection.gone.aborted && !refused.signal.aborted) {
      connection.send({ kind: 'sign', step: 'lost', batchId, documentId: copyId, refusal: { code: 'download-failed', facts: { status: 'broken' } } })
    }
    throw error
  } finally {
    forget()
    connection.gone.removeEventListener('abort', gone)
  }
}

async function* announced(pieces: AsyncIterable<Uint8Array>, announce: () => void): AsyncGenerator<Uint8Array> {
  let isFirst = true
  for await (const piece of pieces) {
    if (isFirst) announce()
    isFirst = false
    yield piece
  }
  if (isFirst) refuse('download-failed', { status: 'empty' })
}
