import { closeSync, openSync, writeSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import { latin1Bytes } from '../../agent/pdf/characters.ts'
import { name, PdfDict, PdfRef } from '../../agent/pdf/objects.ts'
import { objectBytes } from '../../agent/pdf/write-object.ts'
import { xrefStream, xrefTableBytes } from '../../agent/pdf/write-xref.ts'
import { XrefTable } from '../../agent/pdf/xref-table.ts'

const perStream = 200

/** Writes a PDF of one page and `count` objects, as tagged documents have them: small, and each refers to its neighbours. */
export function makeManyObjects(file: string, count: number, form: 'table' | 'streams'): void {
  const out = openSync(file, 'w')
  const table = new XrefTable()
  let position = 0
  const write = (...pieces: (string | Uint8Array)[]): void => {
    for (const piece of pieces) position += writeSync(out, typeof piece === 'string' ? latin1Bytes(piece) : piece)
  }
  const put = (number: number, ...pieces: (string | Uint8Array)[]): void => {
    table.setPlain(number, position, 0)
    write(`${number} 0 obj\n`, ...pieces, '\nendobj\n')
  }
  write('%PDF-1.7\n%\xE2\xE3\xCF\xD3\n')
  put(1, '<< /Type /Catalog /Pages 2 0 R /StructTreeRoot 4 0 R >>')
  put(2, '<< /Type /Pages /Count 1 /Kids [3 0 R] /MediaBox [0 0 595 842] >>')
  put(3, '<< /Type /Page /Parent 2 0 R >>')
  const element = (number: number): string => `<< /Type /StructElem /S /P /P ${Math.max(4, number - 1)} 0 R /K [${number} ${Math.min(count, number + 1)} 0 R] /Pg 3 0 R >>`
  if (form === 'table') {
    let batch = ''
    for (let number = 4; number <= count; number++) {
      table.setPlain(number, position + batch.length, 0)
      batch += `${number} 0 obj\n${element(number)}\nendobj\n`
      if (batch.length > 1_000_000 || number === count) {
        write(batch)
        batch = ''
      }
    }
    const start = position
    table.setFree(0)
    write(xrefTableBytes(table, new PdfDict([['Size', count + 1], ['Root', new PdfRef(1)]])), `\nstartxref\n${start}\n%%EOF`)
  } else {
    let container = count
    for (let first = 4; first <= count; first += perStream) {
      const numbers = Array.from({ length: Math.min(perStream, count + 1 - first) }, (_, index) => first + index)
      const bodies = numbers.map(element)
      let offset = 0
      const head = numbers.map((number, index) => `${number} ${(offset += index === 0 ? 0 : (bodies[index - 1]?.length ?? 0) + 1)}`).join(' ')
      const data = deflateSync(latin1Bytes(`${head} ${bodies.join('\n')}`))
      container++
      for (const [index, number] of numbers.entries()) table.setCompressed(number, container, index)
      put(container, `<< /Type /ObjStm /N ${numbers.length} /First ${head.length + 1} /Filter /FlateDecode /Length ${data.length} >>\nstream\n`, data, '\nendstream')
    }
    const start = position
    table.setPlain(container + 1, start, 0)
    const { dict, data } = xrefStream(table, new PdfDict([['Size', container + 2], ['Root', new PdfRef(1)]]))
    write(`${container + 1} 0 obj\n`, objectBytes(dict.set('Length', data.length).set('Type', name('XRef'))), '\nstream\n', data, `\nendstream\nendobj\nstartxref\n${start}\n%%EOF`)
  }
  closeSync(out)
}
