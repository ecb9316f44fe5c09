import { dict, name, PdfDict, PdfRef } from '../../../agent/pdf/objects.ts'
import type { PdfObject } from '../../../agent/pdf/objects.ts'
import { objectBytes } from '../../../agent/pdf/write-object.ts'
import { xrefStream } from '../../../agent/pdf/write-xref.ts'
import { XrefTable } from '../../../agent/pdf/xref-table.ts'
import { makePdf } from '../pdf/made-pdf.ts'
import type { MadePdf } from '../pdf/made-pdf.ts'

export function textStream(text: string, entries = ''): string {
  const content = `BT /F1 24 Tf 50 700 Td (${text}) Tj ET`
  return `<< ${entries} /Length ${content.length} >>\nstream\n${content}\nendstream`
}

export function pageText(contents: string, entries = ''): string {
  return `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 6 0 R >> >> /Contents ${contents} ${entries} >>`
}

const objects: Readonly<Record<number, string>> = {
  1: '<< /Type /Catalog /Pages 2 0 R >>',
  2: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
  3: pageText('4 0 R'),
  4: textStream('Pay 100 dong'),
  6: '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
}

/** One page that says `Pay 100 dong`, with objects of an attacker who prepares it for somebody else's signature. */
export function preparedPdf(changed: Readonly<Record<number, string>>, made: MadePdf = {}): Uint8Array {
  return makePdf({ ...made, objects: { ...objects, ...changed } })
}

/** Another page for the same document, to be added by an attacker. */
export function otherPage(contents: PdfObject, entries: Record<string, PdfObject> = {}): PdfDict {
  const resources = dict({ Font: dict({ F1: new PdfRef(6) }) })
  return dict({ Type: name('Page'), Parent: new PdfRef(2), MediaBox: [0, 0, 595, 842], Resources: resources, Contents: contents, ...entries })
}

export interface Section {
  /** Text that is appended first; objects are found in it by their header. */
  text: string
  /** Header (`4 0 obj`) of each object that the section lists, with the generation of its entry. */
  listed: readonly { number: number; generation?: number }[]
  /** Entries of objects in streams: number, container, index. */
  compressed?: readonly [number: number, container: number, index: number][]
  trailer?: Record<string, PdfObject>
}

/** Appends a section by hand, with a cross-reference stream under the number 90. */
export function appendSection(pdf: Uint8Array, { text, listed, compressed = [], trailer = {} }: Section): Buffer {
  const table = new XrefTable()
  const body = Buffer.from(`\n${text}\n`, 'latin1')
  for (const { number, generation = 0 } of listed) {
    table.setPlain(number, pdf.length + body.indexOf(`\n${number} ${generation} obj`) + 1, generation)
  }
  for (const [number, container, index] of compressed) table.setCompressed(number, container, index)
  const start = pdf.length + body.length
  table.setPlain(90, start, 0)
  const prev = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(Buffer.from(pdf).toString('latin1'))?.[1])
  const { dict: stream, data } = xrefStream(table, new PdfDict([['Size', 95], ['Root', new PdfRef(1)], ['Prev', prev], ...Object.entries(trailer)]))
  return Buffer.concat([
    pdf, body, Buffer.from('90 0 obj\n'), objectBytes(stream.set('Length', data.length)), Buffer.from('\nstream\n'), data,
    Buffer.from(`\nendstream\nendobj\nstartxref\n${start}\n%%EOF\n`),
  ])
}
