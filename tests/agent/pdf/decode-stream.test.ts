import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { decodeStream, InflateBudget } from '../../../agent/pdf/decode-stream.ts'
import { decodeAscii85, decodeAsciiHex, decodeLzw, decodeRunLength } from '../../../agent/pdf/filters.ts'
import { dict, name } from '../../../agent/pdf/objects.ts'
import type { PdfDict, PdfObject } from '../../../agent/pdf/objects.ts'
import { refusalOf } from '../../../shared/errors.ts'

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
const decode = (entries: PdfDict, data: Uint8Array) => decodeStream(entries, data, (object: PdfObject | undefined) => object ?? null, new InflateBudget())
const textOf = (entries: PdfDict, data: Uint8Array) => Buffer.from(decode(entries, data)).toString('latin1')
const reasonOf = (act: () => unknown) => {
  try {
    act()
  } catch (thrown) {
    return refusalOf(thrown)
  }
  return undefined
}

describe('filters', () => {
  it('gives the data itself without a filter', () => expect(textOf(dict({}), bytes('abc'))).toBe('abc'))

  it('reads hexadecimal digits', () => expect(textOf(dict({ Filter: name('ASCIIHexDecode') }), bytes('48 656c\n6C6F7>zz'))).toBe('Hellop'))

  it('reads base 85', () => {
    expect(textOf(dict({ Filter: name('ASCII85Decode') }), bytes('87cURD]i,"Ebo80~>'))).toBe('Hello World!')
    expect(decode(dict({ Filter: name('ASCII85Decode') }), bytes('z5sb~>'))).toEqual(new Uint8Array([0, 0, 0, 0, 65, 66]))
  })

  it('reads run lengths', () => {
    expect(textOf(dict({ Filter: name('RunLengthDecode') }), new Uint8Array([2, 97, 98, 99, 254, 120, 128, 9]))).toBe('abcxxx')
  })

  it('reads the LZW example of ISO 32000-2, 7.4.4.2', () => {
    const data = new Uint8Array([0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c, 0x0c, 0x85, 0x01])
    expect(decode(dict({ Filter: name('LZWDecode') }), data)).toEqual(new Uint8Array([45, 45, 45, 45, 45, 65, 45, 45, 45, 66]))
  })

  it.each<[string, (limitBytes: number) => Uint8Array]>([
    ['hexadecimal digits', (limit) => decodeAsciiHex(bytes('41'.repeat(1_001)), limit)],
    ['base 85', (limit) => decodeAscii85(bytes('z'.repeat(251)), limit)],
    ['run lengths', (limit) => decodeRunLength(new Uint8Array(16).fill(129), limit)],
    ['LZW', (limit) => decodeLzw(new Uint8Array(2_000), true, limit)],
  ])('stops %s where they grow beyond the limit', (_, decodeUpTo) => {
    expect(reasonOf(() => decodeUpTo(1_000))).toMatchObject({ code: 'document-unreadable', facts: { reason: 'inflates-too-far' } })
    expect(reasonOf(() => decodeUpTo(1_000_000))?.facts['reason']).not.toBe('inflates-too-far')
  })

  it('applies a chain in order', () => {
    const data = bytes(deflateSync('chained').toString('hex') + '>')
    expect(textOf(dict({ Filter: [name('AHx'), name('Fl')] }), data)).toBe('chained')
  })

  it('undoes PNG prediction row by row', () => {
    const rows = [[0, 1, 2, 3], [1, 1, 1, 1], [2, 1, 1, 1], [3, 2, 2, 2], [4, 1, 1, 1]]
    const parameters = dict({ Predictor: 15, Columns: 3 })
    const decoded = decode(dict({ Filter: name('FlateDecode'), DecodeParms: parameters }), deflateSync(new Uint8Array(rows.flat())))
    expect([...decoded]).toEqual([1, 2, 3, 1, 2, 3, 2, 3, 4, 3, 5, 6, 4, 6, 7])
  })

  it('undoes TIFF prediction', () => {
    const parameters = dict({ Predictor: 2, Columns: 3 })
    expect([...decode(dict({ Filter: name('FlateDecode'), DecodeParms: parameters }), deflateSync(new Uint8Array([1, 1, 1, 5, 1, 1])))]).toEqual([1, 2, 3, 5, 6, 7])
  })

  it('gives what there is of truncated data, and overlooks a wrong checksum', () => {
    const whole = deflateSync(Buffer.alloc(5_000, 'pdf'), { level: 0 })
    expect(decode(dict({ Filter: name('FlateDecode') }), whole.subarray(0, 3_000)).length).toBeGreaterThan(2_000)
    whole.writeUInt32BE(0, whole.length - 4)
    expect(decode(dict({ Filter: name('FlateDecode') }), whole).length).toBe(5_000)
  })
})

describe('refusals', () => {
  it.each<[string, PdfDict, Uint8Array, string]>([
    ['an unknown filter', dict({ Filter: name('JPXDecode') }), bytes('x'), 'filter-unknown'],
    ['too many filters', dict({ Filter: Array.from({ length: 9 }, () => name('AHx')) }), bytes('x'), 'filter-unknown'],
    ['noise', dict({ Filter: name('FlateDecode') }), bytes('no zlib data at all'), 'stream-damaged'],
    ['a bomb', dict({ Filter: name('FlateDecode') }), deflateSync(new Uint8Array(80 * 1024 * 1024)), 'inflates-too-far'],
    ['columns without end', dict({ Filter: name('FlateDecode'), DecodeParms: dict({ Predictor: 12, Columns: 1e12 }) }), deflateSync('x'), 'stream-damaged'],
  ])('%s', (_, entries, data, reason) => {
    expect(reasonOf(() => decode(entries, data))).toEqual({ code: 'document-unreadable', facts: { reason } })
  })

  it('lets a document inflate only so much in all', () => {
    const budget = new InflateBudget()
    const data = deflateSync(new Uint8Array(60 * 1024 * 1024))
    const inflate = () => decodeStream(dict({ Filter: name('FlateDecode') }), data, (object) => object ?? null, budget)
    for (let count = 0; count < 4; count++) inflate()
    expect(reasonOf(inflate)).toEqual({ code: 'document-unreadable', facts: { reason: 'inflates-too-far' } })
  })
})
