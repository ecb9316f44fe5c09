import { describe, expect, it } from 'vitest'
import { bitsOf, booleanOf, childrenOf, oidOf, readDer, smallIntegerOf, tags, timeOf } from '../../../agent/cms/read-der.ts'
import { element, octets, oid, sequence, setOf, smallInteger } from '../../../agent/cms/write-der.ts'

const derError: unknown = expect.objectContaining({ name: 'DerError' })
const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const text = (tag: number, value: string) => readDer(element(tag, Buffer.from(value)))

describe('DER', () => {
  const dottedOids = ['1.2.840.113549.1.7.2', '2.5.4.3', '0.9.2342.19200300.100.1.1', '2.16.840.1.101.3.4.2.1', '1.3.6.1.4.1.99999.1.1']
  it.each(dottedOids)('keeps %s', (dotted) => {
    expect(oidOf(readDer(oid(dotted)))).toBe(dotted)
  })

  it.each([0, 1, 127, 128, 255, 256, 65_535, 65_536, 70_000])('keeps a content of %i bytes', (length) => {
    const written = octets(new Uint8Array(length).fill(7))
    const read = readDer(written)
    expect(read.content).toHaveLength(length)
    expect(Buffer.compare(read.raw, written)).toBe(0)
  })

  it('sorts a SET OF by its bytes', () => {
    expect(Buffer.from(setOf(tags.set, smallInteger(9), smallInteger(2), sequence())).toString('hex')).toBe('31080201020201093000')
  })

  it.each([
    ['nothing at all', ''],
    ['a tag alone', '30'],
    ['a child that is longer than its parent', '3003 0202 0101'],
    ['a parent that ends inside a child', '3004 0202 0101 02'],
    ['an indefinite length', '3080 0201 01 0000'],
    ['a length in long form that fits the short one', '308103 020101'],
    ['a length with a leading zero', '30820003 020101'],
    ['a length of five bytes', '308500000000 03 020101'],
    ['a length that the bytes do not hold', '3005 020101'],
    ['a string in parts', '2403 040101'],
    ['a tag above 30', '1f2001 00'],
    ['something behind it', '020101 00'],
  ])('refuses %s', (_what, hex) => {
    expect(() => readDer(bytes(hex))).toThrow(derError)
  })

  it('takes zeros behind it, and only zeros, where padding is allowed', () => {
    expect(readDer(bytes('020101 0000 0000'), 'zeros').raw).toHaveLength(3)
    expect(() => readDer(bytes('020101 0000 0001'), 'zeros')).toThrow(derError)
  })

  it('refuses what is built to exhaust a reader', () => {
    let deep: Uint8Array = Buffer.alloc(0)
    for (let depth = 0; depth < 100; depth++) deep = sequence(deep)
    expect(() => readDer(deep)).toThrow(derError)
    expect(() => readDer(sequence(...Array.from({ length: 30_000 }, () => smallInteger(1))))).toThrow(derError)
    expect(() => oidOf(readDer(element(tags.oid, new Uint8Array(100_000).fill(0xff))))).toThrow(derError)
  })

  it.each([
    ['an integer that is negative', () => smallIntegerOf(readDer(bytes('0201ff')))],
    ['a boolean that is neither', () => booleanOf(readDer(bytes('010101')))],
    ['a bit string that ends inside a byte', () => bitsOf(readDer(bytes('03020480')))],
    ['an object identifier that does not end', () => oidOf(readDer(bytes('06022a86')))],
    ['an object identifier with padding', () => oidOf(readDer(bytes('06032a8001')))],
    ['another tag', () => childrenOf(readDer(bytes('3000')), tags.set)],
    ['a time without seconds', () => timeOf(text(tags.utcTime, '2601010000Z'))],
    ['a time with an offset', () => timeOf(text(tags.utcTime, '260101000000+0700'))],
  ])('refuses %s', (_what, read) => {
    expect(read).toThrow(derError)
  })

  it('reads both times, on both sides of the half century', () => {
    expect(timeOf(text(tags.utcTime, '491231235959Z')).toISOString()).toBe('2049-12-31T23:59:59.000Z')
    expect(timeOf(text(tags.utcTime, '500101000000Z')).toISOString()).toBe('1950-01-01T00:00:00.000Z')
    expect(timeOf(text(tags.generalizedTime, '20500101000000Z')).toISOString()).toBe('2050-01-01T00:00:00.000Z')
  })
})
