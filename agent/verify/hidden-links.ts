import { RefusalError } from '../../shared/errors.ts'
import { contentsOf } from '../pdf/object-stream.ts'
import type { ObjectStreamContents } from '../pdf/object-stream.ts'
import { isName, PdfRef, PdfStream } from '../pdf/objects.ts'
import type { PdfObject } from '../pdf/objects.ts'
import type { PdfDocument } from '../pdf/open-document.ts'
import { parseAt } from '../pdf/read-object.ts'

/** What no entry of a dictionary shows. */
export interface HiddenLinks {
  /** Numbers of all objects that stand where the table says. */
  readonly present: readonly number[]
  /** Object streams that hold objects, and those that they extend. */
  readonly containers: ReadonlySet<number>
  /** What is referred to by objects that are nothing but a reference. */
  readonly bareTargets: ReadonlySet<number>
}

export function hiddenLinks(document: PdfDocument): HiddenLinks {
  const present: number[] = []
  const containers = new Set<number>()
  const bareTargets = new Set<number>()
  for (const [number, entry] of document.xref.table.entries()) {
    if (entry.kind === 'compressed') containers.add(entry.container)
    const found = entry.kind === 'plain' ? headAt(document, document.xref.base + entry.offset) : undefined
    if (found?.number !== number) continue
    present.push(number)
    if (found.target !== undefined) bareTargets.add(found.target)
  }
  for (const container of containers) {
    const base = containerOf(document, container)?.dict.get('Extends')
    if (base instanceof PdfRef) containers.add(base.number)
    const contents = objectStreamOf(document, container)
    for (const [index, number] of contents?.numbers.entries() ?? []) {
      present.push(number)
      const object = contents?.object(index)
      if (object instanceof PdfRef) bareTargets.add(object.number)
    }
  }
  return { present, containers, bareTargets }
}

/** A number with the target of `12 0 obj 13 0 R`: not allowed (ISO 32000-2, 7.3.10), and followed all the same. */
function headAt({ source }: PdfDocument, offset: number): { number: number; target: number | undefined } | undefined {
  if (offset < 0 || offset >= source.sizeBytes) return undefined
  return parseAt(source, offset, (parser) => {
    const number = parser.integer()
    if (number === undefined || parser.integer() === undefined || !parser.word('obj')) return undefined
    const target = parser.integer()
    return { number, target: target !== undefined && parser.integer() !== undefined && parser.word('R') ? target : undefined }
  })
}

function containerOf(document: PdfDocument, number: number): PdfStream | undefined {
  const stream = objectOf(document, number)
  return stream instanceof PdfStream ? stream : undefined
}

/** undefined where no reader finds an object in it, as it is damaged. */
export function objectStreamOf(document: PdfDocument, number: number): ObjectStreamContents | undefined {
  try {
    const stream = containerOf(document, number)
    return stream === undefined ? undefined : contentsOf(stream, (object) => document.resolve(object))
  } catch (thrown) {
    if (thrown instanceof RefusalError) return undefined
    throw thrown
  }
}

/** Cross-reference streams are the file's own, and name nothing that is shown. */
export function isCrossReference(object: PdfObject): boolean {
  return object instanceof PdfStream && isName(object.dict.get('Type'), 'XRef')
}

/** The object with this number, whatever its generation; `null` where there is none. */
export function objectOf(document: PdfDocument, number: number): PdfObject {
  const entry = document.xref.table.get(number)
  if (entry === undefined || entry.kind === 'free') return null
  return document.resolve(new PdfRef(number, entry.kind === 'plain' ? entry.generation : 0))
}
