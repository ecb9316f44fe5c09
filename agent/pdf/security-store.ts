import { createHash } from 'node:crypto'
import { dict, name, PdfDict, PdfRef, PdfStream } from './objects.ts'
import type { PdfArray } from './objects.ts'
import type { PdfDocument } from './open-document.ts'
import type { Revision } from './revision.ts'

/** The document security store (ISO 32000-2, 12.8.4.3): what is needed to judge the signatures without asking anybody. All DER. */
export interface SecurityStore {
  readonly certificates: readonly Uint8Array[]
  readonly ocsps: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
}

const arrays = { certificates: 'Certs', ocsps: 'OCSPs', crls: 'CRLs' } as const
const listed = Object.entries(arrays) as [keyof SecurityStore, (typeof arrays)[keyof SecurityStore]][]

/** No document needs more, and each is read and judged. */
const streamsAtMost = 500
const bytesAtMost = 32 * 1024 * 1024

/** What the catalogue's /DSS lists; a stream that cannot be read is passed over. */
export function securityStoreOf(document: PdfDocument): SecurityStore {
  const store = document.dictOf(document.catalog.get('DSS'))
  const read = (key: string) => streamsOf(document, store, key).map(({ bytes }) => bytes)
  return { certificates: read(arrays.certificates), ocsps: read(arrays.ocsps), crls: read(arrays.crls) }
}

/**
 * Adds to the store what it does not hold yet, and an entry of /VRI for each signature that this evidence is for.
 * @param signatures the strings of their /Contents, padding included
 * @returns false where there is nothing to add
 */
export function addToSecurityStore(
  document: PdfDocument,
  revision: Revision,
  evidence: SecurityStore,
  signatures: readonly Uint8Array[],
): boolean {
  const entry = document.catalog.get('DSS')
  const store = new PdfDict(document.dictOf(entry))
  const records = new PdfDict(document.dictOf(store.get('VRI')))
  const record = new PdfDict()
  let hasNew = signatures.some((contents) => !records.has(recordKey(contents)))
  for (const [kind, key] of listed) {
    const present = streamsOf(document, store, key)
    const refs = evidence[kind].map((bytes) => present.find((stream) => Buffer.compare(stream.bytes, bytes) === 0)?.ref ?? revision.addStream(new PdfDict(), bytes))
    const added = refs.filter((ref) => !present.some((stream) => stream.ref.number === ref.number))
    if (added.length > 0) store.set(key, [...(document.arrayOf(store.get(key)) ?? []), ...added])
    if (refs.length > 0) record.set(recordNames[key], refs)
    hasNew ||= added.length > 0
  }
  if (!hasNew) return false
  for (const contents of signatures) records.set(recordKey(contents), record)
  store.set('Type', name('DSS')).set('VRI', records)
  if (entry instanceof PdfRef) revision.replace(entry, store)
  else revision.replace(document.catalogRef, withExtension(document, new PdfDict(document.catalog).set('DSS', revision.add(store))))
  return true
}

const recordNames = { Certs: 'Cert', OCSPs: 'OCSP', CRLs: 'CRL' } as const

/** SHA-1 of the signature in upper case, which names a record and proves nothing. */
function recordKey(contents: Uint8Array): string {
  return createHash('sha1').update(contents).digest('hex').toUpperCase()
}

/** Says to readers of PDF 1.7 that the store is there (EN 319 142-1, 5.6). */
function withExtension(document: PdfDocument, catalog: PdfDict): PdfDict {
  const extensions = new PdfDict(document.dictOf(catalog.get('Extensions')))
  if (extensions.has('ESIC')) return catalog
  return catalog.set('Extensions', extensions.set('ESIC', dict({ BaseVersion: name('1.7'), ExtensionLevel: 2 })))
}

function streamsOf(document: PdfDocument, store: PdfDict | undefined, key: string): { ref: PdfRef; bytes: Uint8Array }[] {
  const items: PdfArray = document.arrayOf(store?.get(key)) ?? []
  const refs = new Map(items.filter((item) => item instanceof PdfRef).map((ref) => [ref.number, ref]))
  const found: { ref: PdfRef; bytes: Uint8Array }[] = []
  let sizeBytes = 0
  for (const ref of [...refs.values()].slice(0, streamsAtMost)) {
    const stream = document.resolve(ref)
    const bytes = stream instanceof PdfStream ? decoded(stream) : undefined
    sizeBytes += bytes?.length ?? 0
    if (sizeBytes > bytesAtMost) break
    if (bytes !== undefined) found.push({ ref, bytes })
  }
  return found
}

function decoded(stream: PdfStream): Uint8Array | undefined {
  try {
    return stream.decoded()
  } catch {
    return undefined
  }
}
