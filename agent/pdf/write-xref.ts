import { deflateSync } from 'node:zlib'
import { latin1Bytes } from './characters.ts'
import { name, PdfDict } from './objects.ts'
import { objectBytes } from './write-object.ts'
import type { XrefEntry, XrefTable } from './xref-table.ts'

const deflateFromBytes = 512
const entryBytes = 20

/** A classic table with its trailer (ISO 32000-2, 7.5.4). Compressed objects cannot stand in it. */
export function xrefTableBytes(section: XrefTable, trailer: PdfDict): Uint8Array {
  const parts = [latin1Bytes('xref\n')]
  for (const { first, entries } of runsOf(section)) {
    const rows = Buffer.alloc(entries.length * entryBytes)
    for (const [index, entry] of entries.entries()) rows.write(tableLine(entry), index * entryBytes, 'latin1')
    parts.push(latin1Bytes(`${first} ${entries.length}\n`), rows)
  }
  return new Uint8Array(Buffer.concat([...parts, latin1Bytes('trailer\n'), objectBytes(trailer)]))
}

function tableLine(entry: XrefEntry): string {
  if (entry.kind === 'compressed') throw new TypeError('a compressed object needs a cross-reference stream')
  const [offset, generation, kind] = entry.kind === 'plain' ? [entry.offset, entry.generation, 'n'] : [0, 65_535, 'f']
  return `${String(offset).padStart(10, '0')} ${String(generation).padStart(5, '0')} ${kind} \n`
}

/** A cross-reference stream's dictionary and data (ISO 32000-2, 7.5.8). */
export function xrefStream(section: XrefTable, trailer: PdfDict): { dict: PdfDict; data: Uint8Array } {
  const runs = runsOf(section)
  const fields = runs.flatMap((run) => run.entries.map(streamFields))
  const offsetBytes = bytesFor(fields.reduce((largest, [, second]) => Math.max(largest, second), 1))
  const rows = Buffer.alloc(fields.length * (3 + offsetBytes))
  let at = 0
  for (const [type, second, third] of fields) {
    at = rows.writeUInt8(type, at)
    at = rows.writeUIntBE(second, at, offsetBytes)
    at = rows.writeUInt16BE(third, at)
  }
  const stream = new PdfDict([
    ['Type', name('XRef')],
    ['W', [1, offsetBytes, 2]],
    ['Index', runs.flatMap((run) => [run.first, run.entries.length])],
    ...trailer,
  ])
  if (rows.length < deflateFromBytes) return { dict: stream, data: rows }
  return { dict: stream.set('Filter', name('FlateDecode')), data: deflateSync(rows) }
}

function streamFields(entry: XrefEntry): [type: number, second: number, third: number] {
  if (entry.kind === 'plain') return [1, entry.offset, entry.generation]
  return entry.kind === 'compressed' ? [2, entry.container, entry.index] : [0, 0, 65_535]
}

function bytesFor(value: number): number {
  let count = 1
  while (value >= 256 ** count) count++
  return count
}

interface Run {
  readonly first: number
  readonly entries: XrefEntry[]
}

/** Neighbouring numbers form one subsection. */
function runsOf(section: XrefTable): Run[] {
  const runs: Run[] = []
  for (const [number, entry] of section.entries()) {
    const last = runs.at(-1)
    if (last !== undefined && last.first + last.entries.length === number) last.entries.push(entry)
    else runs.push({ first: number, entries: [entry] })
  }
  return runs
}
