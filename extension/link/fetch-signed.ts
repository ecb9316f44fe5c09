import { refuse } from '../../shared/errors.ts'
import type { Connection } from './connection.ts'
import { receiveDocument } from './receive-document.ts'

export interface SignedDocument {
  batchId: string
  documentId: string
  /** As the agent told it when the document was checked. */
  signedBytes: number
  signedSha256: string
}

/** Brings the signed bytes from the agent. Refuses with `document-changed` where size or digest are not those told before. */
export async function fetchSigned(connection: Connection, { batchId, documentId, signedBytes, signedSha256 }: SignedDocument): Promise<Blob> {
  const { file, sizeBytes, sha256 } = await receiveDocument(connection, {
    chunkId: documentId,
    mostBytes: signedBytes,
    ask: () => connection.send({ kind: 'sign', step: 'fetch', batchId, documentId }),
    answer: (nextOffset) => connection.send({ kind: 'sign', step: 'fetched-chunk', batchId, documentId, nextOffset }),
    endedBy: (message) => (message.kind === 'sign' && message.step === 'bytes' && message.documentId === documentId ? 'end' : undefined),
  })
  return sizeBytes === signedBytes && sha256 === signedSha256 ? file : refuse('document-changed')
}
