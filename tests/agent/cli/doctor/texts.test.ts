import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { doctorSentences, doctorText, type DoctorCode } from '../../../../shared/text/doctor.ts'

const codes = Object.keys(doctorSentences) as DoctorCode[]
const room = path.resolve(import.meta.dirname, '../../../../agent/cli/doctor')
const source = globSync('*.ts', { cwd: room }).map((file) => readFileSync(path.join(room, file), 'utf8')).join('\n')

test.each(codes)('%s is found somewhere, and says the same in both languages', (code) => {
  expect(source).toContain(`'${code}'`)
  const { vi, en } = doctorSentences[code]
  const facts = (text = '') => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].toSorted()
  expect(facts(`${vi.says} ${vi.next}`)).toEqual(facts(`${en.says} ${en.next}`))
  expect(vi.next === undefined).toBe(en.next === undefined)
  expect(vi.says).not.toBe(en.says)
})

test('facts are filled in, and a missing one leaves no brace', () => {
  expect(doctorText('disk-low', { free: '90 MB' }, 'vi')).toMatchObject({ says: 'Ổ đĩa chỉ còn trống 90 MB.' })
  expect(doctorText('disk-low', {}, 'en').says).not.toContain('{')
})
