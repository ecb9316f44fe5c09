import { randomBytes } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'

const pieceBytes = 512 * 1024

/** Writes a valid PDF of about `sizeBytes` whose weight is in image streams, as scans are; never whole in memory. */
export function makePdf(file: string, sizeBytes: number): void {
  const out = openSync(file, 'w')
  const offsets: number[] = []
  let position = 0
  const write = (piece: string | Uint8Array): void => {
    position += writeSync(out, typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)
  }
  const object = (number: number, ...pieces: (string | Uint8Array)[]): void => {
    offsets[number] = position
    write(`${number} 0 obj\n`)
    pieces.forEach(write)
    write('\nendobj\n')
  }
  const images = Math.max(1, Math.round(sizeBytes / pieceBytes))
  const weightBytes = Math.max(1_000, Math.floor((sizeBytes - 2_000) / images))
  write('%PDF-1.7\n%\xE2\xE3\xCF\xD3\n')
  object(1, '<< /Type /Catalog /Pages 2 0 R >>')
  object(2, `<< /Type /Pages /Count 1 /Kids [3 0 R] >>`)
  const names = Array.from({ length: images }, (_, index) => `/I${index} ${5 + index} 0 R`).join(' ')
  object(3, `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << ${names} >> >> >>`)
  const content = 'q 400 0 0 400 90 300 cm /I0 Do Q'
  object(4, `<< /Length ${content.length} >>\nstream\n${content}\nendstream`)
  for (let index = 0; index < images; index++) {
    const bytes = randomBytes(weightBytes)
    const head = `<< /Type /XObject /Subtype /Image /Width ${weightBytes} /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length ${weightBytes} >>\nstream\n`
    object(5 + index, head, bytes, '\nendstream')
  }
  const count = 5 + images
  const table = position
  const rows = Array.from({ length: count - 1 }, (_, index) => `${String(offsets[index + 1]).padStart(10, '0')} 00000 n \n`)
  write(`xref\n0 ${count}\n0000000000 65535 f \n${rows.join('')}trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`)
  closeSync(out)
}
