import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { deflateSync } from 'node:zlib'
import { memorySource } from '../../../agent/pdf/byte-source.ts'
import { openDocument } from '../../../agent/pdf/open-document.ts'
import type { PdfDocument } from '../../../agent/pdf/open-document.ts'

export type Form = 'table' | 'stream' | 'hybrid'

export interface MadePdf {
  form?: Form
  /** Objects by number, as they stand between `obj` and `endobj`. */
  objects?: Record<number, string>
  /** Object numbers that go into an object stream (forms `stream` and `hybrid`). */
  compressed?: number[]
  /** Bytes before the header; offsets stay relative to it. */
  before?: string
  /** More entries of the trailer. */
  trailer?: string
  /** What ends the file. */
  end?: string
}

const content = 'BT /F1 24 Tf 72 700 Td (Hello) Tj ET'

/** One page with text; tests change what they are about. */
export const plainObjects: Readonly<Record<number, string>> = {
  1: '<< /Type /Catalog /Pages 2 0 R >>',
  2: '<< /Type /Pages /Count 1 /Kids [3 0 R] /MediaBox [0 0 595 842] >>',
  3: '<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
  4: `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
  5: '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
}

/** Writes a PDF by hand, so that no library decides what it looks like. */
export function makePdf(made: MadePdf = {}): Uint8Array {
  const { form = 'table', objects = plainObjects, compressed = [], before = '', end = '\n' } = made
  const numbers = Object.keys(objects).map(Number)
  const highest = Math.max(...numbers)
  const plain = new Map<number, number>()
  let text = '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n'
  const put = (number: number, body: string) => {
    plain.set(number, text.length)
    text += `${number} 0 obj\n${body}\nendobj\n`
  }
  for (const number of numbers) if (!compressed.includes(number)) put(number, objects[number] ?? '')
  const container = highest + 1
  if (form !== 'table') put(container, objectStream(compressed.map((number) => [number, objects[number] ?? ''])))
  const size = highest + (form === 'table' ? 1 : 3)
  const trailer = `/Size ${size} /Root 1 0 R ${made.trailer ?? ''}`
  let start = text.length
  if (form !== 'table') text += xrefStream(container + 1, { plain, compressed, container, start, size, trailer })
  if (form !== 'stream') {
    text += '\n'
    const hidden = form === 'hybrid' ? `/XRefStm ${start}` : ''
    start = text.length
    text += `xref\n0 ${size}\n${tableLines(plain, size)}trailer\n<< ${trailer} ${hidden} >>`
  }
  return Buffer.from(`${before}${text}\nstartxref\n${start}\n%%EOF${end}`, 'latin1')
}

function tableLines(plain: Map<number, number>, size: number): string {
  const line = (number: number) => {
    const offset = plain.get(number)
    return offset === undefined ? '0000000000 65535 f \n' : `${String(offset).padStart(10, '0')} 00000 n \n`
  }
  return Array.from({ length: size }, (_, number) => line(number)).join('')
}

function objectStream(objects: [number: number, body: string][]): string {
  let head = ''
  let bodies = ''
  for (const [number, body] of objects) {
    head += `${number} ${bodies.length} `
    bodies += `${body}\n`
  }
  const data = deflateSync(Buffer.from(head + bodies, 'latin1')).toString('latin1')
  return `<< /Type /ObjStm /N ${objects.length} /First ${head.length} /Filter /FlateDecode /Length ${data.length} >>\nstream\n${data}\nendstream`
}

interface StreamXref {
  plain: Map<number, number>
  compressed: number[]
  container: number
  start: number
  size: number
  trailer: string
}

function xrefStream(number: number, { plain, compressed, container, start, size, trailer }: StreamXref): string {
  plain.set(number, start)
  const rows = Buffer.alloc(size * 5)
  for (let row = 0; row < size; row++) {
    const index = compressed.indexOf(row)
    const offset = plain.get(row)
    rows.writeUInt8(index !== -1 ? 2 : offset !== undefined ? 1 : 0, row * 5)
    rows.writeUIntBE(index !== -1 ? container : (offset ?? 0), row * 5 + 1, 3)
    rows.writeUInt8(Math.max(0, index), row * 5 + 4)
  }
  const data = rows.toString('latin1')
  return `${number} 0 obj\n<< /Type /XRef /W [1 3 1] ${trailer} /Length ${data.length} >>\nstream\n${data}\nendstream\nendobj`
}

export function open(bytes: Uint8Array): PdfDocument {
  return openDocument(memorySource(bytes))
}

export interface Judgement {
  status: number | null
  text: string
}

/** What qpdf says: 0 clean, 3 warnings, 2 errors. */
export function qpdfCheck(file: string): Judgement {
  return run('qpdf', ['--check', file])
}

export function run(program: string, parameters: string[], input?: Uint8Array): Judgement {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, { input, timeout: 60_000 })
  if (error !== undefined) throw error
  return { status, text: `${stdout.toString()}${stderr.toString()}` }
}

export function writeTo(folder: string, name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name)
  writeFileSync(file, bytes)
  return file
}
