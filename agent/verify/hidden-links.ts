import { contentsOf } from '../pdf/object-stream.ts'
import type { ObjectStreamContents } from '../pdf/object-stream.ts'
import { isName, PdfRef, PdfStream } from '../pdf/objects.ts'
import type { PdfObject } from '../pdf/objects.ts'
import type { PdfDocument } from '../pdf/open-document.ts'
import { parseAt } from '../pdf/read-object.ts'

/** Links that no entry of a dictionary shows. */
export interface HiddenLinks {
  /** Object streams that hold objects, and those that they extend. */
  readonly containers: ReadonlySet<number>
  /** What is referred to by objects that are nothing but a reference. */
  readonly bareTargets: ReadonlySet<number>
}

export function hiddenLinks(document: PdfDocument): HiddenLinks {
  const containers = new Set<number>()
  const bareTargets = new Set<number>()
  for (const [number, entry] of document.xref.table.entries()) {
    if (entry.kind === 'compressed') containers.add(entry.container)
    const target = entry.kind === 'plain' ? bareReferenceAt(document, document.xref.base + entry.offset) : undefined
    if (target !== undefined && target !== number) bareTargets.add(target)
  }
  for (const container of containers) {
    const base = containerOf(document, container)?.dict.get('Extends')
    if (base instanceof PdfRef) containers.add(base.number)
    const contents = objectStreamOf(document, container)
    for (const index of contents?.numbers.keys() ?? []) {
      const object = contents?.object(index)
      if (object instanceof PdfRef) bareTargets.add(object.number)
    }
  }
  return { containers, bareTargets }
}

/** `12 0 obj 13 0 R`: not allowed (ISO 32000-2, 7.3.10), and followed all the same. */
function bareReferenceAt(document: PdfDocument, offset: number): number | undefined {
  if (offset < 0 || offset >= document.source.sizeBytes) return undefined
  return parseAt(document.source, offset, (parser) => {
    if (parser.integer() === undefined || parser.integer() === undefined || !parser.word('obj')) return undefined
    const number = parser.integer()
    return number !== undefined && parser.integer() !== undefined && parser.word('R') ? number : undefined
  })
}

function containerOf(document: PdfDocument, number: number): PdfStream | undefined {
  const stream = objectOf(document, number)
  return stream instanceof PdfStream ? stream : undefined
}

export function objectStreamOf(document: PdfDocument, number: number): ObjectStreamContents | undefined {
  const stream = containerOf(document, number)
  return stream === undefined ? undefined : contentsOf(stream, (object) => document.resolve(object))
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
