import { deflateSync } from 'node:zlib'

/** A valid PDF of one page, of about `sizeBytes`, whose text and bytes are its own. */
export function smallPdf(text: string, sizeBytes = 0): Buffer {
  const content = `BT /F1 14 Tf 72 720 Td (${text.replaceAll(/[()\\]/g, '')}) Tj ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Count 1 /Kids [3 0 R] >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    `<< /Length ${sizeBytes} >>\nstream\n${'x'.repeat(sizeBytes)}\nendstream`,
  ]
  return pdfOf(objects)
}

/** The same with a signature that holds over nothing: what a document system leaves behind that rewrote a signed file. */
export function brokenPdf(text: string): Buffer {
  const content = `BT /F1 14 Tf 72 720 Td (${text.replaceAll(/[()\\]/g, '')}) Tj ET`
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] /SigFlags 3 >> >>',
    '<< /Type /Pages /Count 1 /Kids [3 0 R] >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> /Annots [6 0 R] >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /F 132 /Rect [0 0 0 0] /P 3 0 R /V 7 0 R >>',
    `<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [0 9 40 60] /Contents <${'00'.repeat(64)}> >>`,
  ])
}

/**
 * A PDF of one page whose fonts are all left to the reader: a standard one, one of every PC, and a Chinese and a Japanese
 * one whose encodings are predefined CMaps. One line each, in the first to the fourth quarter of the page.
 */
export function unembeddedPdf(): Buffer {
  const content = [
    'BT /F1 24 Tf 72 740 Td (Helvetica, without a file) Tj ET',
    'BT /F2 24 Tf 72 530 Td (Times New Roman) Tj ET',
    'BT /F3 24 Tf 72 320 Td <4E2D 534E 4EBA 6C11 5171 548C 56FD> Tj ET',
    'BT /F4 24 Tf 72 110 Td <93FA967B8C95> Tj ET',
  ].join('\n')
  const composite = (name: string, encoding: string, descendant: number): string =>
    `<< /Type /Font /Subtype /Type0 /BaseFont /${name} /Encoding /${encoding} /DescendantFonts [${descendant} 0 R] >>`
  const descendant = (name: string, ordering: string, descriptor: number): string =>
    `<< /Type /Font /Subtype /CIDFontType0 /BaseFont /${name} /CIDSystemInfo << /Registry (Adobe) /Ordering (${ordering}) /Supplement 2 >> /FontDescriptor ${descriptor} 0 R >>`
  const descriptor = (name: string): string =>
    `<< /Type /FontDescriptor /FontName /${name} /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>`
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Count 1 /Kids [3 0 R] >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R /F3 7 0 R /F4 8 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    '<< /Type /Font /Subtype /TrueType /BaseFont /TimesNewRomanPSMT /Encoding /WinAnsiEncoding >>',
    composite('STSong-Light', 'UniGB-UCS2-H', 9),
    composite('HeiseiMin-W3', '90ms-RKSJ-H', 10),
    descendant('STSong-Light', 'GB1', 11),
    descendant('HeiseiMin-W3', 'Japan1', 12),
    descriptor('STSong-Light'),
    descriptor('HeiseiMin-W3'),
  ])
}

/** A4 as a scanner saves it: one picture over the whole page, all of one colour, between the strings and comments that real files have. */
export function scanPdf({ version = '1.4', dpi = 200, colour = true, rotate = 0, strips = 1 } = {}): Buffer {
  const [width, height] = [Math.round((595 / 72) * dpi), Math.round((842 / 72) * dpi / strips)]
  const high = 842 / strips
  const draw = Array.from({ length: strips }, (_, index) => `q 595 0 0 ${high} 0 ${index * high} cm % 1 0 0 1 0 0 cm\n/Im0 Do Q`).join('\n')
  const content = `q 1 0 0 1 0 0 cm /Span << /ActualText (0.1 0 0 0.1 0 0 cm \\) q) >> BDC ${draw} EMC Q`
  const pixels = deflateSync(Buffer.alloc(width * height * (colour ? 3 : 1), 0xd0)).toString('latin1')
  return pdfOf(
    [
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Count 1 /Kids [3 0 R] >>',
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate ${rotate} /Contents 4 0 R /Resources << /XObject << /Im0 5 0 R >> >> >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      `<< /Type /XObject /Subtype /Image /Width ${width} /Height ${height} /BitsPerComponent 8 /ColorSpace /${colour ? 'DeviceRGB' : 'DeviceGray'} /Filter /FlateDecode /Length ${pixels.length} >>\nstream\n${pixels}\nendstream`,
    ],
    version,
  )
}

function pdfOf(objects: string[], version = '1.7'): Buffer {
  let file = `%PDF-${version}\n`
  const rows = objects.map((object, index) => {
    const row = `${String(file.length).padStart(10, '0')} 00000 n \n`
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return row
  })
  const count = objects.length + 1
  file += `xref\n0 ${count}\n0000000000 65535 f \n${rows.join('')}trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`
  return Buffer.from(file, 'latin1')
}
