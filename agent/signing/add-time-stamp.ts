import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { limits } from '../../shared/protocol/limits.ts'
import { refuse } from '../../shared/errors.ts'
import { addUnsignedAttribute } from '../cms/add-unsigned-attribute.ts'
import { oids } from '../cms/object-identifiers.ts'
import { parseSignedData } from '../cms/parse-signed-data.ts'
import { fileSource } from '../pdf/byte-source.ts'
import { digestCovered, embedContents, withByteRange } from '../pdf/fill-signature.ts'
import { openDocument } from '../pdf/open-document.ts'
import { startRevision } from '../pdf/revision.ts'
import { addSignatureField } from '../pdf/signature-field.ts'
import { signaturesOf } from '../pdf/signatures.ts'

/** A token over this SHA-256, checked; it may take minutes. */
export type GetTimeStamp = (imprintSha256: Uint8Array) => Promise<Uint8Array>

/** The signature-time-stamp attribute (EN 319 142-1, 6.3) of the newest signature, in the room that its /Contents keeps. */
export async function stampSignature(path: string, getTimeStamp: GetTimeStamp): Promise<void> {
  const source = fileSource(path)
  const newest = signaturesOf(openDocument(source)).at(-1)
  source.close()
  if (newest?.contentsStart === undefined || newest.contentsEnd === undefined) return refuse('document-not-signed')
  const { contentsStart, contentsEnd, contents } = newest
  const { signer } = parseSignedData(contents)
  const token = await getTimeStamp(createHash('sha256').update(signer.signature).digest())
  embedContents(path, { contentsStart, contentsEnd }, addUnsignedAttribute(contents, oids.timeStampToken, token))
}

/** Appends a document time stamp (ISO 32000-2, 12.8.5) over the whole file. */
export async function appendTimeStamp(path: string, getTimeStamp: GetTimeStamp): Promise<void> {
  const source = fileSource(path)
  const document = openDocument(source)
  const revision = startRevision(document)
  const field = addSignatureField(document, revision, {
    subFilter: 'ETSI.RFC3161',
    contentsBytes: limits.contentsBytes,
    m: undefined,
    pageIndex: 0,
  })
  const finished = revision.finish()
  source.close()
  const job = { input: path, revision: finished, placeholder: field.placeholderIn(finished) }
  const imprint = digestCovered(job)
  appendFileSync(path, withByteRange(job))
  embedContents(path, job.placeholder, await getTimeStamp(imprint))
}
