import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dict, name, PdfDict, PdfName, PdfRef, PdfString } from '../../../agent/pdf/objects.ts'
import type { PdfObject } from '../../../agent/pdf/objects.ts'
import { ObjectParser } from '../../../agent/pdf/parse-object.ts'
import { objectBytes } from '../../../agent/pdf/write-object.ts'
import { refusalOf } from '../../../shared/errors.ts'

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
const parse = (text: string) => new ObjectParser(bytes(text), true).object()
const string = (text: string, hex = false) => new PdfString(bytes(text), hex)

describe('objects are read as other readers read them', () => {
  it.each<[string, PdfObject]>([
    ['42', 42],
    ['-17.5', -17.5],
    ['+.5', 0.5],
    ['4.', 4],
    ['--5', -5],
    ['5-3', 5],
    ['1.2.3', 1.2],
    ['-', 0],
    ['true', true],
    ['null', null],
    ['nonsense', null],
    ['/Name', name('Name')],
    ['/A#20B#ZZ', name('A B#ZZ')],
    ['/', name('')],
    ['12 0 R', new PdfRef(12, 0)],
    ['12 0 RG', 12],
    ['[1 2 3 0 R]', [1, 2, new PdfRef(3, 0)]],
    ['[1 0 0 1 % a comment\n 5]', [1, 0, 0, 1, 5]],
    ['(a(b)c)', string('a(b)c')],
    [String.raw`(\(\n\101\7\
x)`, string('(\nA\x07x')],
    ['(one\r\ntwo\rthree)', string('one\ntwo\nthree')],
    ['<48 65 6C6c6F7>', string('Hellop', true)],
    ['<< /A 1 /B << /C [ ] >> >>', dict({ A: 1, B: dict({ C: [] }) })],
    ['<< /A 1 /A 2 >>', dict({ A: 2 })],
    ['<< /A /B /C >>', dict({ A: name('B') })],
    ['<< /A 1 endobj', dict({ A: 1 })],
    ['[1 2 endobj', [1, 2]],
    ['<< 5 /A 1 ) /B 2 >>', dict({ A: 1, B: 2 })],
  ])('%s', (text, expected) => expect(parse(text)).toEqual(expected))

  it('refuses what is nested too deeply, however long it is', () => {
    expect(refusalOf(thrownBy(() => parse('['.repeat(200_000))))).toEqual({ code: 'document-unreadable', facts: { reason: 'nested-too-deeply' } })
    expect(parse('['.repeat(99) + ']'.repeat(99))).toBeInstanceOf(Array)
  })

  it('refuses an object of too many elements', () => {
    expect(refusalOf(thrownBy(() => parse(`[${'0 '.repeat(1_100_000)}]`)))).toEqual({ code: 'document-unreadable', facts: { reason: 'object-too-large' } })
  })
})

describe('what is written is read back', () => {
  const anyBytes = fc.uint8Array({ maxLength: 40 })
  const anyName = anyBytes.map((value) => Buffer.from(value).toString('latin1'))
  const finite = fc.oneof(fc.integer(), fc.integer({ min: -1e9, max: 1e9 }).map((value) => value / 1000))
  const { any } = fc.letrec<{ any: PdfObject }>((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, false),
      finite,
      anyName.map((value) => new PdfName(value)),
      fc.tuple(anyBytes, fc.boolean()).map(([value, hex]) => new PdfString(value, hex)),
      fc.tuple(fc.integer({ min: 0, max: 8_388_607 }), fc.integer({ min: 0, max: 65_535 })).map(([number, generation]) => new PdfRef(number, generation)),
      fc.array(tie('any'), { maxLength: 5 }),
      fc.array(fc.tuple(anyName, tie('any')), { maxLength: 5 }).map((entries) => new PdfDict(entries)),
    ),
  }))

  it('for every object', () => {
    fc.assert(
      fc.property(any, (object) => {
        expect(new ObjectParser(objectBytes(object), true).object()).toEqual(object)
      }),
      { numRuns: 500 },
    )
  })

  it('never throws anything untyped on any bytes', () => {
    const tokens = fc.constantFrom('<<', '>>', '[', ']', '(', ')', '<', '>', '/', '%', '\\', ' ', '\n', '1', '0 R', '-', '.', 'R', 'stream', 'endobj', '{', '\0', 'a')
    fc.assert(fc.property(fc.array(tokens, { maxLength: 60 }), (parts) => void parse(parts.join(''))), { numRuns: 2_000 })
  })
})

function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (thrown) {
    return thrown
  }
  throw new Error('nothing was thrown')
}
