import { expect, test } from 'vitest'
import { dayText, hourText, sizeText } from '../../../extension/ui/format.ts'

test('sizes as a person reads them', () => {
  expect(sizeText(0, 'vi')).toBe('1\u00A0KB')
  expect(sizeText(250_000, 'vi')).toBe('244\u00A0KB')
  expect(sizeText(1_300_000, 'vi')).toBe('1,2\u00A0MB')
  expect(sizeText(1_300_000, 'en')).toBe('1.2\u00A0MB')
  expect(sizeText(104_857_600, 'en')).toBe('100\u00A0MB')
})

test('days and hours are those of Vietnam', () => {
  expect(dayText('2026-11-24T20:00:00Z', 'vi')).toBe('25/11/2026')
  expect(hourText('2026-11-24T02:05:00Z', 'en')).toBe('09:05')
  expect(dayText('không rõ', 'vi')).toBe('không rõ')
})
