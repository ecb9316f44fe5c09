import { expect, test } from 'vitest'
import { cleanLine, stampFontFor } from '../../../../agent/signing/appearance/stamp-font.ts'

const lines = ['Ký bởi: NGUYỄN THỊ THUỲ DƯƠNG', 'Cơ quan: Uỷ ban nhân dân tỉnh Đắk Lắk', 'Thời gian ký: 2026-05-13T14:41:57+07:00']

test('a subset is small and shapes every Vietnamese letter with the metrics of Times', async () => {
  const font = await stampFontFor(lines)
  expect(font.file.length).toBeLessThan(12_000)
  const glyphs = font.shape('NGUYỄN Đắk')
  expect(glyphs.map(({ text }) => text).join('')).toBe('NGUYỄN Đắk')
  expect(glyphs.every(({ id }) => id > 0)).toBe(true)
  expect(Math.round(glyphs[0]?.width ?? 0)).toBe(722)
})

test('what a stamp embeds stays below 25 kB, also with every letter of Vietnamese in both cases', async () => {
  const vowels = 'aăâeêioôơuưy'
  const tones = ['', '\u0300', '\u0301', '\u0303', '\u0309', '\u0323']
  const lower = [...Array.from(vowels).flatMap((vowel) => tones.map((tone) => `${vowel}${tone}`.normalize('NFC'))), 'bcdđghklmnpqrstvxfjwz'].join('')
  const all = `${lower}${lower.toUpperCase()}0123456789 .,;:/-–()[]“”"'%&+@…`
  const font = await stampFontFor([all])
  expect(Array.from(all).length).toBeGreaterThan(210)
  expect(font.shape(all).map(({ text }) => text).join('')).toBe(all)
  expect(font.deflated.length).toBeLessThan(25_000)
  process.stdout.write(`a font of ${Array.from(all).length} characters: ${font.deflated.length} bytes in the file\n`)
})

test('lines that differ only in time share one font', async () => {
  const first = await stampFontFor(['Ký lúc 10:20:30'])
  expect(await stampFontFor(['Ký lúc 23:59:01'])).toBe(first)
})

test('a character that the font lacks becomes a question mark', async () => {
  const font = await stampFontFor(['漢 a'])
  expect(font.shape('漢 a').map(({ text }) => text).join('')).toBe('? a')
})

test('decomposed letters are composed, controls and direction marks go', () => {
  expect(cleanLine('Nguye\u0302\u0303n\u202E\tVăn\n A ')).toBe('Nguyễn Văn A')
})
