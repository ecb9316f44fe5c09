// Long, and it should be: one row per way in which a file can be made to hang, bloat or crash whoever reads it.
import { deflateSync } from 'node:zlib'
import { makePdf, plainObjects } from '../agent/pdf/made-pdf.ts'

type Objects = Record<number, string>

const mebi = 2 ** 20
const catalog = (entries: string): string => `<< /Type /Catalog /Pages 2 0 R ${entries} >>`
const page = (entries: string): string => `<< /Type /Page /Parent 2 0 R ${entries} >>`
const made = (objects: Objects, trailer = ''): Uint8Array => makePdf({ objects: { ...plainObjects, ...objects }, trailer })
const stream = (entries: string, data: Uint8Array | string, length?: string): string => {
  const body = typeof data === 'string' ? data : Buffer.from(data).toString('latin1')
  return `<< ${entries} /Length ${length ?? body.length} >>\nstream\n${body}\nendstream`
}
const zeros = (sizeBytes: number): Buffer => deflateSync(Buffer.alloc(sizeBytes), { level: 9 })
const text = (body: string): Uint8Array => Buffer.from(body, 'latin1')
const edited = (bytes: Uint8Array, from: RegExp | string, to: string): Uint8Array => text(Buffer.from(bytes).toString('latin1').replace(from, to))

/** Every level refers `width` times to the next one: few bytes, `width ** depth` ways through. */
function levels(first: number, depth: number, width: number, node: (kids: string, isLast: boolean) => string): Objects {
  const objects: Objects = {}
  for (let level = 0; level < depth; level++) {
    const isLast = level === depth - 1
    objects[first + level] = node(isLast ? '' : `${first + level + 1} 0 R `.repeat(width), isLast)
  }
  return objects
}

/** Sections by hand: the offset of each by its name, so that they can point at each other. */
function sections(bodies: Record<string, (at: Record<string, number>) => string>, last: string): Uint8Array {
  const head = '%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n'
  const entries = [1, 2, 3].map((number) => `${String(head.indexOf(`${number} 0 obj`)).padStart(10, '0')} 00000 n \n`).join('')
  const at: Record<string, number> = {}
  // Offsets are written with ten digits, so that the second round finds the places of the first.
  let out = head
  for (let round = 0; round < 2; round++) {
    out = head
    for (const [name, body] of Object.entries(bodies)) {
      at[name] = out.length
      out += `xref\n1 3\n${entries}trailer\n<< /Size 4 /Root 1 0 R ${body(at)} >>\n`
    }
  }
  return text(`${out}startxref\n${at[last] ?? 0}\n%%EOF`)
}
const offset = (value = 0): string => String(value).padStart(10, '0')

/** A signed field whose signature is this, `count` times. */
function signedFields(count: number, signature: string): Objects {
  const numbers = Array.from({ length: count }, (_, index) => 7 + index)
  const fields = Object.fromEntries(numbers.map((number) => [number, `<< /FT /Sig /T (S${number}) /V 6 0 R >>`]))
  return { 1: catalog(`/AcroForm << /Fields [${numbers.map((number) => `${number} 0 R`).join(' ')}] >>`), 6: signature, ...fields }
}

const sequences = (count: number): string => '3080'.repeat(count)

export const hostilePdfs: Record<string, () => Uint8Array> = {
  'arrays in arrays': () => made({ 3: page(`/A ${'['.repeat(200_000)}`) }),
  'dictionaries in dictionaries': () => made({ 3: page(`/A ${'<< /A '.repeat(100_000)}`) }),
  'brackets in a string': () => made({ 3: page(`/A ${'('.repeat(2 * mebi)}`) }),
  'one name of 5 MB of escapes': () => made({ 3: page(`/A /${'#41'.repeat(1_700_000)}`) }),
  'a comment of 4 MB': () => made({ 3: page(`/A %${'%'.repeat(4 * mebi)}`) }),
  'two million elements': () => made({ 3: page(`/A [${'1 '.repeat(2_000_000)}]`) }),
  'a number of a million digits': () => made({ 3: page(`/Rotate ${'9'.repeat(mebi)}`) }),
  'a hexadecimal string without an end': () => made({ 3: page(`/A <${'0'.repeat(20 * mebi)}`) }),

  '/Prev to itself': () => sections({ a: (at) => `/Prev ${offset(at['a'])}` }, 'a'),
  '/Prev in a circle of three': () => sections({ a: (at) => `/Prev ${offset(at['c'])}`, b: (at) => `/Prev ${offset(at['a'])}`, c: (at) => `/Prev ${offset(at['b'])}` }, 'c'),
  '/XRefStm to its own table': () => sections({ a: (at) => `/XRefStm ${offset(at['a'])}` }, 'a'),
  '5,000 sections': () => {
    const bodies: Record<string, (at: Record<string, number>) => string> = { s0: () => '' }
    for (let index = 1; index < 5_000; index++) bodies[`s${index}`] = (at) => `/Prev ${offset(at[`s${index - 1}`])}`
    return sections(bodies, 's4999')
  },
  '/Size of two thousand millions': () => edited(makePdf(), '/Size 6', '/Size 2000000000'),
  'a subsection of four thousand millions': () => edited(makePdf(), /xref\n0 6/, 'xref\n0 4000000000'),
  'a subsection that begins at eight millions': () => edited(makePdf(), /xref\n0 6/, 'xref\n8388600 6'),
  '/Index of a cross-reference stream out of all proportion': () => edited(makePdf({ form: 'stream' }), '/W [1 3 1]', '/W [1 3 1] /Index [0 8000000 0 8000000]'),
  'widths of a cross-reference stream': () => edited(makePdf({ form: 'stream' }), '/W [1 3 1]', '/W [8 8 8]'),
  'a cross-reference stream of 200 MB': () => edited(made({ 6: stream('/Type /XRef /W [1 4 2] /Size 99999999 /Root 1 0 R /Filter /FlateDecode', zeros(200 * mebi)) }), /startxref\n\d+/, 'startxref\n9999999'),

  '300,000 objects without a body, and no table': () => text(`%PDF-1.4\n${'1 0 obj\n'.repeat(300_000)}`),
  '200,000 trailers, and no table': () => text(`%PDF-1.4\n${'trailer\n<< /Root 1 0 R\n'.repeat(200_000)}`),
  '100,000 streams without an end, and no table': () => text(`%PDF-1.4\n${'1 0 obj\n<< /Length 9 >>\nstream\n'.repeat(100_000)}`),
  '50,000 catalogues, and no table': () => text(`%PDF-1.4\n${Array.from({ length: 50_000 }, (_, index) => `${index + 1} 0 obj\n<< /Type /Catalog /Pages ${index + 2} 0 R >>\nendobj\n`).join('')}`),

  'an object stream that bursts': () => edited(makePdf({ form: 'stream', compressed: [3], objects: { ...plainObjects, 3: page(`/A (${'x'.repeat(80 * mebi)})`) } }), 'nothing', ''),
  'eight filters, each a bomb': () => made({ 3: page('/Contents 6 0 R'), 6: stream(`/Filter [${'/FlateDecode '.repeat(8)}]`, zeros(60 * mebi)) }),
  'nine filters': () => made({ 1: catalog('/DSS << /Certs [6 0 R] >>'), 6: stream(`/Filter [${'/FlateDecode '.repeat(9)}]`, zeros(mebi)) }),
  'evidence of 100 bombs': () =>
    made({ 1: catalog(`/DSS << /Certs [${Array.from({ length: 100 }, (_, index) => `${6 + index} 0 R`).join(' ')}] >>`), ...Object.fromEntries(Array.from({ length: 100 }, (_, index) => [6 + index, stream('/Filter /FlateDecode', zeros(10 * mebi))])) }),
  'evidence packed by run lengths': () => made({ 1: catalog('/DSS << /OCSPs [6 0 R] >>'), 6: stream('/Filter /RunLengthDecode', Buffer.alloc(4 * mebi, 0x81)) }),
  'evidence packed in base 85': () => made({ 1: catalog('/DSS << /OCSPs [6 0 R] >>'), 6: stream('/Filter /ASCII85Decode', 'z'.repeat(8 * mebi)) }),
  'a predictor of huge columns': () => made({ 1: catalog('/DSS << /Certs [6 0 R] >>'), 6: stream('/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 2000000000 /Colors 1000000 >>', zeros(mebi)) }),

  'an object stream that extends itself': () => edited(makePdf({ form: 'stream', compressed: [3] }), '/Type /ObjStm', '/Type /ObjStm /Extends 6 0 R'),
  'an object stream that says it holds a million': () => edited(makePdf({ form: 'stream', compressed: [3] }), /\/N 1 \/First \d+/, '/N 8000000 /First 4'),
  'an object stream whose first object lies behind its end': () => edited(makePdf({ form: 'stream', compressed: [3] }), /\/First \d+/, '/First 99999999999'),
  '/Length of 10 ** 11': () => made({ 3: page('/Contents 6 0 R'), 6: stream('', 'q Q', '100000000000') }),
  '/Length below zero': () => made({ 3: page('/Contents 6 0 R'), 6: stream('', 'q Q', '-5') }),
  '/Length that is the stream itself': () => made({ 3: page('/Contents 6 0 R'), 6: stream('', 'q Q', '6 0 R') }),
  'references in a circle': () => made({ 3: page('/Contents 6 0 R /Annots 6 0 R'), 6: '7 0 R', 7: '8 0 R', 8: '6 0 R' }),
  'a chain of 5,000 references': () => made({ 3: page('/Contents 6 0 R /Annots 6 0 R'), ...Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [6 + index, `${7 + index} 0 R`])) }),

  'pages in a circle': () => made({ 2: '<< /Type /Pages /Count 1 /Kids [6 0 R 3 0 R] >>', 6: '<< /Type /Pages /Count 1 /Kids [2 0 R] >>' }),
  'ten to the power of 30 pages': () => made({ 2: '<< /Type /Pages /Count 1 /Kids [6 0 R] >>', ...levels(6, 30, 10, (kids, isLast) => (isLast ? page('') : `<< /Type /Pages /Kids [${kids}] >>`)) }),
  'a million kids': () => made({ 2: `<< /Type /Pages /Count 1000000 /Kids [${'3 0 R '.repeat(900_000)}] >>` }),
  '/Count of 10 ** 12': () => made({ 2: `<< /Type /Pages /Count 1000000000000 /Kids [${'3 0 R '.repeat(5_000)}] >>` }),
  'inherited boxes of infinite size': () => made({ 2: `<< /Type /Pages /Count 1 /Kids [3 0 R] /MediaBox [-1${'0'.repeat(400)} 0 1${'0'.repeat(400)} 9] /CropBox [0 0 0 0] >>` }),
  'an appearance page of no size': () => made({ 3: page('/MediaBox [0 0 0.0000001 0.0000001] /UserUnit 0.00000001') }),

  'fields in a circle': () => made({ 1: catalog('/AcroForm << /Fields [6 0 R] >>'), 6: '<< /T (a) /Kids [7 0 R] >>', 7: '<< /T (b) /Kids [6 0 R] >>' }),
  'ten to the power of 30 fields': () => made({ 1: catalog('/AcroForm << /Fields [6 0 R] >>'), ...levels(6, 30, 10, (kids) => `<< /T (a) /Kids [${kids}] >>`) }),
  '5,000 fields one in the other': () => made({ 1: catalog('/AcroForm << /Fields [6 0 R] >>'), ...levels(6, 5_000, 1, (kids) => `<< /T (a) /Kids [${kids}] >>`) }),
  'a form that is itself its fields': () => made({ 1: catalog('/AcroForm 6 0 R'), 6: '<< /Fields [6 0 R] /Kids [6 0 R] /FT /Sig /V 6 0 R /T (a) /ByteRange [0 1 2 3] /Contents <00> >>' }),
  'a million annotations': () => made({ 3: page(`/Annots [${'6 0 R '.repeat(900_000)}]`), 6: '<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] >>' }),
  'names in a circle': () => made({ 1: catalog('/Names << /JavaScript 6 0 R >>'), 6: '<< /Kids [7 0 R] >>', 7: '<< /Kids [6 0 R] >>' }),
  'a title of 5 MB': () => made({ 6: `<< /Title (${'A'.repeat(5 * mebi)}) >>` }, '/Info 6 0 R'),

  'a byte range of a million numbers': () => made(signedFields(1, `<< /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [${'0 1 '.repeat(450_000)}] /Contents <00> >>`)),
  'a container of 60,000 sequences': () => made(signedFields(1, `<< /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 9 99 9] /Contents <${sequences(60_000)}> >>`)),
  'a signature 3,000 times': () => made(signedFields(3_000, '<< /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] /Contents <3003020101> >>')),
  'references of a signature in a circle': () => made(signedFields(1, '<< /Type /Sig /Reference 7 0 R /ByteRange [0 1 2 3] /Contents <00> >>')),
  'a certification that is itself': () => made({ 1: catalog('/Perms 6 0 R'), 6: '<< /DocMDP 6 0 R /Reference [6 0 R] /TransformMethod /DocMDP /TransformParams 6 0 R /P 6 0 R >>' }),
  'a lock of 400,000 names': () => made(signedFields(1, `<< /Type /Sig /ByteRange [0 1 2 3] /Contents <00> /Reference [<< /TransformMethod /FieldMDP /TransformParams << /Action /Include /Fields [${'(a) '.repeat(400_000)}] >> >>] >>`)),

  'an encryption dictionary that is itself': () => made({ 6: '<< /Filter /Standard /V 6 0 R /R 6 0 R /O 6 0 R /U 6 0 R /P 6 0 R /CF 6 0 R >>' }, '/Encrypt 6 0 R'),
  'a key of 10 ** 9 bits': () => made({}, '/Encrypt << /Filter /Standard /V 2 /R 3 /Length 1000000000 /O (x) /U (y) /P -4 >> /ID [(a) (b)]'),
  'references to every number': () => made({ 3: page(`/A [${Array.from({ length: 100_000 }, (_, index) => `${index * 80} 0 R`).join(' ')}]`) }),
}
