/** What a first signature is tried on: one page that says so, without any weight. */
export const testDocumentName = 'antin-ky-thu.pdf'

/** In the letters that every reader of PDF has by itself (ISO 32000-2, 9.6.2.2), hence without marks. */
const lines = ['An Tin: van ban ky thu', 'This page tries a signature out. It has no legal effect.']

/** @param now is printed on the page, so that each is another file. */
export function testDocument(now: Date): File {
  const words = [...lines, now.toISOString()].map((line, index) => `BT /F1 ${index === 0 ? 20 : 12} Tf 72 ${740 - 28 * index} Td (${line}) Tj ET`).join('\n')
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Count 1 /Kids [3 0 R] >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${words.length} >>\nstream\n${words}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  let file = '%PDF-1.7\n'
  const rows = objects.map((object, index) => {
    const row = `${String(file.length).padStart(10, '0')} 00000 n \n`
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return row
  })
  file += `xref\n0 ${rows.length + 1}\n0000000000 65535 f \n${rows.join('')}trailer\n<< /Size ${rows.length + 1} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`
  return new File([file], testDocumentName, { type: 'application/pdf' })
}
