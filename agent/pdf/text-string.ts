import { latin1, latin1Bytes } from './characters.ts'
import { PdfString } from './objects.ts'
import type { PdfObject } from './objects.ts'

/** PDFDocEncoding where it differs from Latin-1 (ISO 32000-2, annex D.2). */
const differences: Readonly<Record<number, string>> = {
  0x18: '˘', 0x19: 'ˇ', 0x1a: 'ˆ', 0x1b: '˙', 0x1c: '˝', 0x1d: '˛', 0x1e: '˚', 0x1f: '˜',
  0x80: '•', 0x81: '†', 0x82: '‡', 0x83: '…', 0x84: '—', 0x85: '–', 0x86: 'ƒ', 0x87: '⁄', 0x88: '‹', 0x89: '›', 0x8a: '−',
  0x8b: '‰', 0x8c: '„', 0x8d: '“', 0x8e: '”', 0x8f: '‘', 0x90: '’', 0x91: '‚', 0x92: '™', 0x93: 'ﬁ', 0x94: 'ﬂ', 0x95: 'Ł',
  0x96: 'Œ', 0x97: 'Š', 0x98: 'Ÿ', 0x99: 'Ž', 0x9a: 'ı', 0x9b: 'ł', 0x9c: 'œ', 0x9d: 'š', 0x9e: 'ž', 0xa0: '€',
}

/** A text string (7.9.2.2): UTF-16 or UTF-8 by its mark, else PDFDocEncoding. Undefined for anything but a string. */
export function textOf(object: PdfObject | undefined): string | undefined {
  if (!(object instanceof PdfString)) return undefined
  const [first, second, third] = object.bytes
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(object.bytes.subarray(2))
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(object.bytes.subarray(2))
  if (first === 0xef && second === 0xbb && third === 0xbf) return new TextDecoder('utf-8').decode(object.bytes.subarray(3))
  return latin1(object.bytes).replace(/[\x18-\x1f\x80-\xa0]/g, (character) => differences[character.charCodeAt(0)] ?? character)
}

/**
 * Plain words stay readable in the file; everything else is UTF-16 in hexadecimal, so that no text can look
 * like a part of the file's structure.
 */
export function textString(text: string): PdfString {
  if (/^[\w .,:+@-]*$/.test(text)) return new PdfString(latin1Bytes(text))
  return new PdfString(new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le').swap16()), true)
}

/** A date with the offset of the local time zone (7.9.4): `D:20260131235959+07'00'`. */
export function dateString(date: Date): PdfString {
  const offsetMinutes = -date.getTimezoneOffset()
  const local = new Date(date.getTime() + offsetMinutes * 60_000).toISOString().replace(/\D/g, '').slice(0, 14)
  const twoDigits = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.abs(offsetMinutes)
  const zone = `${offsetMinutes < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}'${twoDigits(minutes % 60)}'`
  return new PdfString(latin1Bytes(`D:${local}${zone}`))
}
