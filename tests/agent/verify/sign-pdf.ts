import { createHash, createPrivateKey, sign } from 'node:crypto'
import { assembleSignedData } from '../../../agent/cms/assemble-signed-data.ts'
import { buildSignedAttributes } from '../../../agent/cms/signed-attributes.ts'
import { memorySource } from '../../../agent/pdf/byte-source.ts'
import { withByteRange } from '../../../agent/pdf/fill-signature.ts'
import { openDocument } from '../../../agent/pdf/open-document.ts'
import type { PdfDocument } from '../../../agent/pdf/open-document.ts'
import { startRevision } from '../../../agent/pdf/revision.ts'
import type { Revision } from '../../../agent/pdf/revision.ts'
import { addSignatureField } from '../../../agent/pdf/signature-field.ts'
import type { Credential } from '../../../demo/authority/authority.ts'

export interface SigningOptions {
  algorithm?: 'rsa' | 'ecdsa-p256' | 'ecdsa-p384'
  docMdp?: 2 | 3
  /** What else the revision of the signature does. */
  alsoChange?: (document: PdfDocument, revision: Revision) => void
  /** Makes a container of another kind. */
  containerOf?: (digestSha256: Uint8Array, covered: Uint8Array) => Uint8Array
}

/** Signs a document in memory with the parts of the product itself. */
export function signPdf(pdf: Uint8Array, credential: Credential, options: SigningOptions = {}): { bytes: Buffer; fieldName: string } {
  const document = openDocument(memorySource(pdf))
  const revision = startRevision(document)
  options.alsoChange?.(document, revision)
  const field = addSignatureField(document, revision, {
    subFilter: 'ETSI.CAdES.detached',
    contentsBytes: 8192,
    m: new Date('2026-03-01T02:03:04Z'),
    reason: 'Ký duyệt',
    pageIndex: 0,
    ...(options.docMdp === undefined ? {} : { docMdp: options.docMdp }),
  })
  const finished = revision.finish()
  const placeholder = field.placeholderIn(finished)
  const bytes = Buffer.concat([pdf, withByteRange({ revision: finished, placeholder })])
  const { contentsStart, contentsEnd } = placeholder
  const covered = Buffer.concat([bytes.subarray(0, contentsStart), bytes.subarray(contentsEnd)])
  const digestSha256 = createHash('sha256').update(covered).digest()
  const container = options.containerOf?.(digestSha256, covered) ?? containerOver(digestSha256, credential, options.algorithm ?? 'rsa')
  bytes.write(Buffer.from(container).toString('hex'), contentsStart + 1, 'latin1')
  return { bytes, fieldName: field.fieldName }
}

function containerOver(digestSha256: Uint8Array, credential: Credential, algorithm: 'rsa' | 'ecdsa-p256' | 'ecdsa-p384'): Uint8Array {
  const signedAttributes = buildSignedAttributes({ digest: digestSha256, certificate: credential.certificateDer })
  const signature = sign('sha256', signedAttributes, createPrivateKey(credential.privateKeyPem))
  const certificates = [credential.certificateDer, ...credential.chainDer.slice(0, 1)]
  return assembleSignedData({ signedAttributes, signature, certificates, scheme: { kind: algorithm === 'rsa' ? 'rsa-pkcs1' : 'ecdsa', digest: 'sha256' } })
}

/** Appends a revision that changes what `change` says, and signs nothing. */
export function changePdf(pdf: Uint8Array, change: (document: PdfDocument, revision: Revision) => void): Buffer {
  const document = openDocument(memorySource(pdf))
  const revision = startRevision(document)
  change(document, revision)
  return Buffer.concat([pdf, revision.finish().bytes])
}
