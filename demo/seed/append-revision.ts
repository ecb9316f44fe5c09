import type { PDFContext, PDFObject, PDFRef } from 'pdf-lib'

/** An object to be written: one of the library's, or its text as it must stand in the file. */
export interface ChangedObject {
  ref: PDFRef
  content: PDFObject | string
}

/**
 * Appends changed objects and their cross-references to a PDF and leaves every byte before them as it was (ISO 32000-1, 7.5.6).
 * A file with a cross-reference stream gets another stream, a file with a table another table.
 */
export function appendRevision(original: Uint8Array, context: PDFContext, changed: ChangedObject[]): Buffer {
  const pieces: Buffer[] = [Buffer.from(original), Buffer.from('\n')]
  let at = original.length + 1
  const entries: { number: number; offset: number }[] = []
  for (const { ref, content } of changed.toSorted((one, other) => one.ref.objectNumber - other.ref.objectNumber)) {
    const bytes = Buffer.concat([Buffer.from(`${ref.objectNumber} 0 obj\n`), bytesOf(content), Buffer.from('\nendobj\n')])
    entries.push({ number: ref.objectNumber, offset: at })
    pieces.push(bytes)
    at += bytes.length
  }
  const previous = lastStartOf(original)
  const end = usesStream(original, previous)
    ? crossReferenceStream(context, entries, previous, at)
    : crossReferenceTable(context, entries, previous)
  pieces.push(end, Buffer.from(`startxref\n${at}\n%%EOF`))
  return Buffer.concat(pieces)
}

function bytesOf(content: PDFObject | string): Buffer {
  if (typeof content === 'string') return Buffer.from(content, 'latin1')
  const bytes = Buffer.alloc(content.sizeInBytes())
  content.copyBytesInto(bytes, 0)
  return bytes
}

/** The offset that the last startxref names. */
function lastStartOf(bytes: Uint8Array): number {
  const tail = Buffer.from(bytes.subarray(-1024)).toString('latin1')
  const found = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(tail)?.[1]
  if (found === undefined) throw new Error('no startxref at the end of the file')
  return Number(found)
}

function usesStream(bytes: Uint8Array, start: number): boolean {
  return Buffer.from(bytes.subarray(start, start + 4)).toString('latin1') !== 'xref'
}

function trailerEntries({ trailerInfo }: PDFContext, size: number, previous: number): string {
  const { Root, Info, ID } = trailerInfo
  const optional = [Info === undefined ? '' : `/Info ${Info.toString()}`, ID === undefined ? '' : `/ID ${ID.toString()}`]
  return `/Size ${size} /Root ${Root?.toString() ?? ''} ${optional.join(' ')} /Prev ${previous}`
}

function crossReferenceTable(context: PDFContext, entries: { number: number; offset: number }[], previous: number): Buffer {
  const sections = entries.map(({ number, offset }) => `${number} 1\n${String(offset).padStart(10, '0')} 00000 n \n`)
  const trailer = trailerEntries(context, context.largestObjectNumber + 1, previous)
  return Buffer.from(`xref\n${sections.join('')}trailer\n<< ${trailer} >>\n`, 'latin1')
}

function crossReferenceStream(context: PDFContext, entries: { number: number; offset: number }[], previous: number, at: number): Buffer {
  const own = context.nextRef().objectNumber
  const all = [...entries, { number: own, offset: at }]
  const rows = Buffer.concat(all.map(({ offset }) => {
    const row = Buffer.alloc(7)
    row.writeUInt8(1, 0)
    row.writeUInt32BE(offset, 1)
    return row
  }))
  const index = all.map(({ number }) => `${number} 1`).join(' ')
  const trailer = trailerEntries(context, own + 1, previous)
  const head = `${own} 0 obj\n<< /Type /XRef /W [1 4 2] /Index [${index}] ${trailer} /Length ${rows.length} >>\nstream\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), rows, Buffer.from('\nendstream\nendobj\n')])
}

/** Makes new object numbers start above all of the file, its cross-reference streams (which are read as no object) counted too. */
export function reserveNumbers(context: PDFContext, original: Uint8Array): void {
  const sizes = [...Buffer.from(original).toString('latin1').matchAll(/\/Size (\d+)/g)].map(([, size]) => Number(size) - 1)
  context.largestObjectNumber = Math.max(context.largestObjectNumber, ...sizes)
}
