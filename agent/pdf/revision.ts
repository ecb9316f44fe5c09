import { randomBytes } from 'node:crypto'
import { refuse } from '../../shared/errors.ts'
import { latin1Bytes } from './characters.ts'
import { permissionsAfter } from './field-locks.ts'
import { highestReference } from './highest-reference.ts'
import { PdfDict, PdfRef, PdfString } from './objects.ts'
import type { PdfObject } from './objects.ts'
import type { PdfDocument } from './open-document.ts'
import { certificationOf, signaturesOf } from './signatures.ts'
import { unreadable } from './unreadable.ts'
import { objectBytes } from './write-object.ts'
import { xrefStream, xrefTableBytes } from './write-xref.ts'
import { highestObjectNumber, XrefTable } from './xref-table.ts'

/** What is appended: `bytes` start at `startOffset`, the size of the original. */
export interface FinishedRevision {
  readonly startOffset: number
  readonly bytes: Uint8Array
  /** Absolute offset of an object of this revision (of its `12 0 obj`). */
  offsetOf(ref: PdfRef): number
}

/** Objects of a revision that is appended to the original, whose bytes all stay (ISO 32000-2, 7.5.6). */
export interface Revision {
  /** A number for an object that is written later with `replace`. */
  reserve(): PdfRef
  add(object: PdfObject): PdfRef
  /** `/Length` is set here; `/Filter` must say how `bytes` are encoded. */
  addStream(dict: PdfDict, bytes: Uint8Array): PdfRef
  /** Writes a new version of an object that exists or was reserved. */
  replace(ref: PdfRef, object: PdfObject): void
  finish(): FinishedRevision
}

/**
 * Refuses what must not be appended to: `document-certified` where a signature forbids every change (DocMDP or the lock of a
 * field, P=1), `document-permissions` where the permissions forbid new fields,
 * `document-unreadable` where other readers could see another document than the one that was read.
 * @param purpose `filling` adds no field and only fills in what is there
 */
export function startRevision(document: PdfDocument, purpose: 'adding' | 'filling' = 'adding'): Revision {
  const permissions = [certificationOf(document)?.permissions, ...signaturesOf(document).map(permissionsAfter)]
  if (permissions.includes(1)) refuse('document-certified')
  const { allowsFields = true, allowsFilling = true } = document.encryption ?? {}
  if (purpose === 'filling' ? !allowsFilling : !allowsFields) refuse('document-permissions')
  // Such an entry would point into what is appended, and make other readers see it there.
  if (document.xref.table.reaches(document.source.sizeBytes - document.xref.base)) unreadable('xref-outside')
  if (plausibleCatalogues(document) > 1) unreadable('several-catalogues')
  return new AppendedRevision(document)
}

function plausibleCatalogues(document: PdfDocument): number {
  const catalogues = document.rebuilt?.catalogues ?? []
  return catalogues.filter((ref) => document.dictOf(document.dictOf(ref)?.get('Pages')) !== undefined).length
}

interface WrittenObject {
  readonly ref: PdfRef
  readonly body: readonly Uint8Array[]
}

class AppendedRevision implements Revision {
  readonly #document: PdfDocument
  readonly #objects = new Map<number, WrittenObject>()
  /** Found when the first new object asks for it, as that takes a look at every object. */
  #next: number | undefined

  constructor(document: PdfDocument) {
    this.#document = document
  }

  reserve(): PdfRef {
    const number = this.#nextNumber()
    this.#next = number + 1
    return new PdfRef(number)
  }

  add(object: PdfObject): PdfRef {
    const ref = this.reserve()
    this.replace(ref, object)
    return ref
  }

  addStream(dict: PdfDict, bytes: Uint8Array): PdfRef {
    const ref = this.reserve()
    const { encryption } = this.#document
    const data = encryption?.encryptStream(dict, bytes, ref) ?? bytes
    this.#objects.set(ref.number, { ref, body: streamParts(dict, data, (object) => encryption?.encryptStrings(object, ref) ?? object) })
    return ref
  }

  replace(ref: PdfRef, object: PdfObject): void {
    const written = this.#document.encryption?.encryptStrings(object, ref) ?? object
    this.#objects.set(ref.number, { ref, body: [objectBytes(written)] })
  }

  #nextNumber(): number {
    this.#next ??= nextObjectNumber(this.#document)
    return this.#next
  }

  finish(): FinishedRevision {
    const { source, xref } = this.#document
    const output = new Output(source.sizeBytes, endsInLineEnd(this.#document) ? '' : '\n')
    const section = xref.newest === undefined ? completeTable(this.#document) : new XrefTable()
    for (const written of this.#objects.values()) this.#writeObject(output, written, section)
    const offsets = new Map([...this.#objects.keys()].map((number) => [number, output.offsetOf(number)]))
    this.#writeXref(output, section)
    return {
      startOffset: source.sizeBytes,
      bytes: output.bytes(),
      offsetOf: (ref) => offsets.get(ref.number) ?? unreadable('structure-damaged'),
    }
  }

  #writeObject(output: Output, { ref, body }: WrittenObject, section: XrefTable): void {
    section.setPlain(ref.number, output.startObject(ref.number) - this.#document.xref.base, ref.generation)
    output.write(latin1Bytes(`${ref.number} ${ref.generation} obj\n`), ...body, latin1Bytes('\nendobj\n'))
  }

  /** In the form of the newest section (7.5.8.4: forms are not mixed); a rebuilt table takes the form that it needs. */
  #writeXref(output: Output, section: XrefTable): void {
    const { newest, base } = this.#document.xref
    const start = output.offset - base
    if (newest?.form === 'stream' || section.hasCompressed()) {
      const ref = this.reserve()
      section.setPlain(ref.number, start, 0)
      const { dict, data } = xrefStream(section, this.#trailer())
      output.write(latin1Bytes(`${ref.number} 0 obj\n`), ...streamParts(dict, data), latin1Bytes('\nendobj'))
    } else {
      output.write(xrefTableBytes(section, this.#trailer()))
    }
    output.write(latin1Bytes(`\nstartxref\n${start}\n%%EOF`))
  }

  #trailer(): PdfDict {
    const { trailer, xref, catalogRef } = this.#document
    const written = new PdfDict([['Size', this.#nextNumber()], ['Root', catalogRef]])
    const info = trailer.get('Info')
    if (info instanceof PdfRef) written.set('Info', info)
    const encrypt = trailer.get('Encrypt')
    if (encrypt !== undefined) written.set('Encrypt', encrypt)
    written.set('ID', fileIdentifier(this.#document))
    if (xref.newest !== undefined) written.set('Prev', xref.newest.offset)
    return written
  }
}

/** Bytes behind the original, with the offset that they will have. */
class Output {
  readonly #start: number
  readonly #parts: Uint8Array[]
  readonly #offsets = new Map<number, number>()
  #lengthBytes: number

  constructor(start: number, opening: string) {
    this.#start = start
    this.#parts = [latin1Bytes(opening)]
    this.#lengthBytes = opening.length
  }

  get offset(): number {
    return this.#start + this.#lengthBytes
  }

  startObject(number: number): number {
    this.#offsets.set(number, this.offset)
    return this.offset
  }

  offsetOf(number: number): number {
    return this.#offsets.get(number) ?? this.#start
  }

  write(...parts: Uint8Array[]): void {
    this.#parts.push(...parts)
    for (const part of parts) this.#lengthBytes += part.length
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts))
  }
}

function streamParts(dict: PdfDict, bytes: Uint8Array, encrypt = (object: PdfObject) => object): Uint8Array[] {
  const complete = new PdfDict(dict).set('Length', bytes.length)
  return [objectBytes(encrypt(complete)), latin1Bytes('\nstream\n'), bytes, latin1Bytes('\nendstream')]
}

/**
 * Above everything that was ever used or referred to: an object that is missing must not come into being by ours. A /Size that
 * is out of all proportion is not believed.
 */
function nextObjectNumber(document: PdfDocument): number {
  const size = document.trailer.get('Size')
  const stated = typeof size === 'number' && Number.isInteger(size) && size <= highestObjectNumber ? size : 0
  return 1 + Math.max(stated - 1, document.xref.table.highest, document.rebuilt?.highestReference ?? 0, highestReference(document))
}

/** For a file whose own table cannot be trusted: everything that was found, without /Prev. */
function completeTable(document: PdfDocument): XrefTable {
  const section = document.xref.table.copy()
  section.setFree(0)
  return section
}

function endsInLineEnd(document: PdfDocument): boolean {
  const last = document.source.read(document.source.sizeBytes - 1, 1)[0]
  return last === 10 || last === 13
}

/** The first half stays for the life of the document, the second is new (14.4). */
function fileIdentifier(document: PdfDocument): PdfString[] {
  const second = new PdfString(new Uint8Array(randomBytes(16)), true)
  const first = document.resolve(document.arrayOf(document.trailer.get('ID'))?.[0])
  return [first instanceof PdfString ? new PdfString(first.bytes, true) : second, second]
}
