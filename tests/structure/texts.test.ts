import { expect, test } from 'vitest'
import { errors, type ErrorCode } from '../../shared/errors.ts'
import { errorTemplate, errorText } from '../../shared/text/errors.ts'
import { sourceFiles } from './source-files.ts'

const codes = Object.keys(errors) as ErrorCode[]

test.each(codes)('%s has a whole sentence in both languages, with facts that exist', (code) => {
  for (const language of ['vi', 'en'] as const) {
    const template = errorTemplate(code, language)
    const named = [...template.matchAll(/\{(\w+)\}/g)].map(([, fact]) => fact)
    expect(errors[code].facts as readonly (string | undefined)[]).toEqual(expect.arrayContaining([...new Set(named)]))
    // What happened, what is safe, what to do next: three sentences or more.
    expect(template.match(/[.!?]( |$)/g)?.length ?? 0).toBeGreaterThanOrEqual(3)
  }
  expect(errorTemplate(code, 'vi')).not.toBe(errorTemplate(code, 'en'))
})

test('facts reach the sentence, and a missing fact leaves no brace', () => {
  expect(errorText({ code: 'token-silent', facts: { token: 'VGCA Token', seconds: '20' } }, 'vi')).toContain('VGCA Token không trả lời sau 20 giây')
  expect(errorText({ code: 'token-silent', facts: {} }, 'en')).not.toContain('{')
})

test('every code is raised somewhere, or it is no code', () => {
  const text = sourceFiles('agent', 'extension').map((file) => file.text).join('\n')
  expect(codes.filter((code) => !text.includes(`'${code}'`))).toEqual([])
})
