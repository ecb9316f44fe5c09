import { expect, test } from 'vitest'
import { errorText } from '../../../shared/text/errors.ts'

const revoked = { code: 'certificate-revoked', facts: { holder: 'Sở Nội vụ', revokedAt: '2026-11-19T18:05:00.000Z' } } as const

test('a time in an error is that of a clock in Vietnam', () => {
  expect(errorText(revoked, 'vi')).toContain('tạm dừng từ 01:05 ngày 20/11/2026. ')
  expect(errorText(revoked, 'en')).toContain('suspended at 01:05 on 20/11/2026. ')
})

test('a fact that is no time stands as it is', () => {
  expect(errorText({ ...revoked, facts: { ...revoked.facts, holder: '2026-11-19' } }, 'vi')).toContain('của 2026-11-19 đã')
})
