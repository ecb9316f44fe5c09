import { deflateSync } from 'node:zlib'
import { makePdf, plainObjects } from '../agent/pdf/made-pdf.ts'

const mebi = 2 ** 20
const text = 'BT /F1 12 Tf 72 700 Td (So: 12/QD-UBND) Tj ET'

function stream(entries: string, data: Uint8Array | string): string {
  const body = typeof data === 'string' ? data : Buffer.from(data).toString('latin1')
  return `<< ${entries} /Length ${body.length} >>\nstream\n${body}\nendstream`
}
const packed = (data: string | Uint8Array): string => stream('/Filter /FlateDecode', deflateSync(data, { level: 9 }))

/** One page whose content is this stream; `more` are its fonts and forms, under these names. */
function page(contents: string, resources = '/Font << /F1 5 0 R >>', more: Record<number, string> = {}): Uint8Array {
  return makePdf({ objects: { ...plainObjects, 3: `<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << ${resources} >> >>`, 4: contents, ...more } })
}

const form = (content: string, resources = ''): string => stream(`/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << ${resources} >>`, content)

/** Every form draws the next one so many times: few bytes, `width ** depth` ways through. */
function nest(depth: number, width: number, last: string): Record<number, string> {
  const levels = Array.from({ length: depth }, (_, level): [number, string] => [
    10 + level, level === depth - 1 ? form(last, '/Font << /F1 5 0 R >>') : form('/X Do '.repeat(width), `/XObject << /X ${11 + level} 0 R >>`),
  ])
  return Object.fromEntries(levels)
}
const nested = (depth: number, width: number, last = text): Uint8Array => page(stream('', '/X Do'), '/XObject << /X 10 0 R >>', nest(depth, width, last))

const inFont = (font: string, more: Record<number, string> = {}, shown = text): Uint8Array => page(stream('', shown), '/Font << /F1 10 0 R >>', { 10: font, ...more })
const embedded = (key: string, subtype: string, program: string): Uint8Array =>
  inFont(`<< /Type /Font /Subtype /${subtype} /BaseFont /AAAAAA+Hostile /FirstChar 32 /LastChar 32 /Widths [500] /FontDescriptor 11 0 R >>`, {
    11: `<< /Type /FontDescriptor /FontName /AAAAAA+Hostile /Flags 4 /FontBBox [0 0 1 1] /ItalicAngle 0 /Ascent 1 /Descent 0 /CapHeight 1 /StemV 1 /${key} 12 0 R >>`,
    12: program,
  })
const composite = (toUnicode: string, encoding = '/Identity-H'): Uint8Array =>
  inFont(`<< /Type /Font /Subtype /Type0 /BaseFont /Hostile /Encoding ${encoding} /DescendantFonts [11 0 R] /ToUnicode 12 0 R >>`, {
    11: '<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Hostile /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 1000 >>',
    12: toUnicode,
  }, 'BT /F1 12 Tf 72 700 Td <00410042> Tj ET')

/** What is drawn on a page that is read for its text: made to hang, bloat or crash whoever reads it. */
export const hostileContents: Record<string, () => Uint8Array> = {
  'a million operators before the first text': () => page(packed(`${'q Q '.repeat(500_000)}${text}`)),
  'twenty million operators, packed': () => page(packed('q Q '.repeat(10_000_000))),
  '200 MB of nothing, packed': () => page(packed(Buffer.alloc(200 * mebi, 0x20))),
  'a million pieces of text': () => page(packed('BT /F1 1 Tf (a) Tj ET '.repeat(1_000_000))),
  'a million pieces of text on one line, in one array': () => page(packed(`BT /F1 1 Tf [${'(a) 9 '.repeat(1_000_000)}] TJ ET`)),
  'one string of 20 MB': () => page(packed(`BT /F1 1 Tf (${'a'.repeat(20 * mebi)}) Tj ET`)),
  'text at 200,000 places of one height': () => page(packed(`BT /F1 1 Tf ${'1 0 Td (ab) Tj '.repeat(200_000)} ET`)),
  'a million states that are never given back': () => page(packed(`${'q '.repeat(1_000_000)}${text}`)),
  'a million states given back that were never kept': () => page(packed(`${'Q '.repeat(1_000_000)}${text}`)),
  'operands in 300,000 arrays': () => page(packed(`${'['.repeat(300_000)}${text}`)),
  'operands in 300,000 dictionaries': () => page(packed(`/A ${'<< /B '.repeat(300_000)} BDC ${text} EMC`)),
  'an operand without an end': () => page(packed(`(${'a'.repeat(20 * mebi)}`)),
  'an image in the page without an end': () => page(packed(`BI /W 9 /H 9 ID ${'a'.repeat(20 * mebi)}`)),
  'an image in the page 200,000 times': () => page(packed('BI /W 1 /H 1 /BPC 1 /IM true ID a EI '.repeat(200_000))),
  'contents in 200,000 parts': () => page(`[${'6 0 R '.repeat(200_000)}]`, undefined, { 6: stream('', 'q Q ') }),

  'a form that draws itself': () => page(stream('', '/X Do'), '/XObject << /X 10 0 R >>', { 10: form(`/X Do ${text}`, '/XObject << /X 10 0 R >> /Font << /F1 5 0 R >>') }),
  'a form that draws itself twice': () => page(stream('', '/X Do'), '/XObject << /X 10 0 R >>', { 10: form(`/X Do /X Do ${text}`, '/XObject << /X 10 0 R >> /Font << /F1 5 0 R >>') }),
  'two forms that draw each other': () =>
    page(stream('', '/X Do'), '/XObject << /X 10 0 R >>', { 10: form('/X Do', '/XObject << /X 11 0 R >>'), 11: form('/X Do /X Do', '/XObject << /X 10 0 R >>') }),
  'a form without resources of its own that draws itself': () => page(stream('', '/X Do'), '/XObject << /X 10 0 R >>', { 10: stream('/Type /XObject /Subtype /Form /BBox [0 0 9 9]', '/X Do') }),
  'forms 5,000 deep': () => nested(5_000, 1),
  'ten to the power of 20 forms': () => nested(20, 10),
  'ten to the power of 7 forms that draw nothing': () => nested(8, 10, ''),
  'a graphics state whose soft mask is its own group': () =>
    page(stream('', `/G gs ${text}`), '/Font << /F1 5 0 R >> /ExtGState << /G 10 0 R >>', { 10: '<< /SMask << /S /Luminosity /G 11 0 R >> /Font [10 0 R 1] >>', 11: form('/G gs', '/ExtGState << /G 10 0 R >>') }),

  'matrices that are no numbers': () => page(stream('', `NaN 0 0 Infinity -- .. cm BT /F1 nan Tf -. + e5 Td (a) Tj ET 1e400 0 0 1e400 0 0 cm ${text}`)),
  'matrices of 400 digits': () => page(stream('', `1${'0'.repeat(400)} 0 0 1${'0'.repeat(400)} 0 0 cm ${`1${'0'.repeat(300)} 0 0 1 0 0 cm `.repeat(50)}${text}`)),
  'matrices that grow a hundred thousand times': () => page(packed(`${'9 9 9 9 9 9 cm '.repeat(100_000)}${text}`)),
  'matrices of no size': () => page(stream('', `0 0 0 0 0 0 cm BT /F1 0 Tf 0 0 0 0 0 0 Tm (a) Tj ET ${text}`)),
  'letters of 10 ** 300 points': () => page(stream('', `BT /F1 1${'0'.repeat(300)} Tf 1${'0'.repeat(300)} Tc 1${'0'.repeat(300)} Tz (a b c) Tj ET`)),
  'a page of 10 ** 300 points, turned by no angle': () => makePdf({ objects: { ...plainObjects, 3: `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1${'0'.repeat(300)} 1${'0'.repeat(300)}] /UserUnit 1${'0'.repeat(300)} /Rotate 37 /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>` } }),

  'a font program of 100 MB, packed': () => embedded('FontFile2', 'TrueType', packed(Buffer.alloc(100 * mebi))),
  'a TrueType font of 65,535 tables': () => embedded('FontFile2', 'TrueType', packed(Buffer.concat([Buffer.from([0, 1, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0]), Buffer.alloc(mebi, 'glyf\0\0\0\0\0\0\0\0\x7f\xff\xff\xff', 'latin1')]))),
  'a CFF font of noise': () => embedded('FontFile3', 'Type1', stream('/Subtype /Type1C', Buffer.concat([Buffer.from([1, 0, 4, 4, 255, 255, 4]), Buffer.alloc(mebi, Buffer.from([0xff, 0xff, 0x1d, 0x0a]))]))),
  'a Type 1 font of 4 MB of noise': () => embedded('FontFile', 'Type1', stream('/Length1 4194304 /Length2 0 /Length3 0', Buffer.alloc(4 * mebi, '/CharStrings 99999 dict dup begin '))),
  'a font that draws its letters in itself': () =>
    inFont('<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /CharProcs << /S 11 0 R >> /Encoding << /Differences [32 /S] >> /FirstChar 32 /LastChar 32 /Widths [1] /Resources << /Font << /F1 10 0 R >> >> >>',
      { 11: stream('', '1 0 d0 BT /F1 1 Tf ( ) Tj ET') }, 'BT /F1 12 Tf 72 700 Td ( ) Tj ET'),
  'a map to Unicode of 65,536 ranges over everything': () => composite(packed(`begincmap 100 beginbfrange\n${'<0000> <ffff> <0041>\n'.repeat(65_536)}endbfrange endcmap`)),
  'a map to Unicode of one code to 100,000 letters': () => composite(packed(`begincmap 1 beginbfchar <0041> <${'0041'.repeat(100_000)}> endbfchar endcmap`)),
  'a map to Unicode that uses itself': () => composite(stream('/UseCMap 12 0 R', 'begincmap endcmap')),
  'an encoding that uses itself': () => composite(stream('', 'begincmap endcmap'), '12 0 R').slice(),
  'fonts of 20,000 names': () => page(packed(Array.from({ length: 20_000 }, (_, index) => `BT /F${index} 1 Tf (a) Tj ET`).join(' ')), `/Font << ${Array.from({ length: 20_000 }, (_, index) => `/F${index} 5 0 R`).join(' ')} >>`),
  'a composite font in a circle': () => inFont('<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [10 0 R] >>'),
  'widths of 900,000 entries': () => inFont(`<< /Type /Font /Subtype /TrueType /BaseFont /A /FirstChar 0 /LastChar 899999 /Widths [${'9 '.repeat(900_000)}] >>`),
  'marks in optional content in a circle': () =>
    page(stream('', `/OC /M BDC ${text} EMC`), '/Font << /F1 5 0 R >> /Properties << /M 10 0 R >>', { 10: '<< /Type /OCMD /VE [/And 11 0 R] >>', 11: '[/Or 11 0 R 11 0 R]' }),
}
