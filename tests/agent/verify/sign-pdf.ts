import { createHash, createPrivateKey, sign } from 'node:crypto'
import { assembleSignedData } from '../../../agent/cms/assemble-signed-data.ts'
import { buildSignedAttributes } from '../../../agent/cms/signed-attributes.ts'
import { memorySource } from '../../../agent/pdf/byte-source.ts'
import { withByteRange } from '../../../agent/pdf/fill-signature.ts'
import { openDocument } from '../../../agent/pdf/open-document.ts'
import type { PdfDocument } from '../../../agent/pdf/open-document.ts'
import { startRevision } from '../../../agent/pdf/revision.ts'
import type { Revision } from '../../../agent/pdf/revision.ts'
import type { PdfRef} from '../../../agent/pdf/objects.ts';
import { dict, name, PdfDict, PdfString } from '../../../agent/pdf/objects.ts'
import { placeholderIn, signatureDict } from '../../../agent/pdf/signature-dict.ts'
import { addAnnotations, addSignatureField, addToForm } from '../../../agent/pdf/signature-field.ts'
import type { AddedSignatureField } from '../../../agent/pdf/signature-field.ts'
import type { Credential } from '../../../demo/authority/authority.ts'

export interface SigningOptions {
  algorithm?: 'rsa' | 'ecdsa-p256' | 'ecdsa-p384'
  docMdp?: 2 | 3
  /** References of the signature beside the certification's: what it locks. */
  references?: PdfDict[]
  /** Signs as somebody who asks no lock: in the field with this object number, or in a new one in this place. */
  forged?: { into: PdfRef } | { rect: number[] }
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
  const field = signedField(document, revision, options)
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

const stated = { subFilter: 'ETSI.CAdES.detached', contentsBytes: 8192, m: new Date('2026-03-01T02:03:04Z'), reason: 'Ký duyệt' } as const

function signedField(document: PdfDocument, revision: Revision, { docMdp, references = [], forged }: SigningOptions): AddedSignatureField {
  if (forged === undefined && references.length === 0) return addSignatureField(document, revision, { ...stated, pageIndex: 0, ...(docMdp === undefined ? {} : { docMdp }) })
  const signature = signatureDict(stated, { catalogRef: document.catalogRef })
  const signatureRef = revision.add(references.length === 0 ? signature : signature.set('Reference', references))
  const isOld = forged !== undefined && 'into' in forged
  const fieldName = `Forged${signatureRef.number}`
  const place = forged !== undefined && 'rect' in forged ? forged.rect : [0, 0, 0, 0]
  const made = dict({ Type: name('Annot'), Subtype: name('Widget'), FT: name('Sig'), T: new PdfString(Buffer.from(fieldName)), Rect: place, P: document.page(0).ref })
  const field = isOld ? new PdfDict(document.dictOf(forged.into)) : made
  const fieldRef = isOld ? forged.into : revision.reserve()
  revision.replace(fieldRef, field.set('V', signatureRef))
  if (!isOld) addAnnotations(document, revision, [{ pageIndex: 0, ref: fieldRef }])
  addToForm(document, revision, isOld ? undefined : fieldRef, undefined)
  return { fieldName, fieldRef, signatureRef, placeholderIn: (finished) => placeholderIn(finished, signatureRef) }
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
