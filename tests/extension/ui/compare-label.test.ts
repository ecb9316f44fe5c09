import { expect, test } from 'vitest'
import { comparable, differences } from '../../../extension/ui/compare-label.ts'
import { batchDocument, facts } from '../../fixtures/views.ts'

const document = (number: string, subject: string, title = '') => batchDocument(0, { name: 'van-ban.pdf', facts: facts(0, { number, subject, title }) })

test.each([
  ['the same', '12/QĐ-UBND', 'Về việc phê duyệt dự toán'],
  ['another case and spaces', '12 / qđ-ubnd', 'về  việc PHÊ DUYỆT dự toán'],
  ['decomposed marks', '12/QĐ-UBND'.normalize('NFD'), 'Về việc phê duyệt dự toán'.normalize('NFD')],
  ['with its word before the number', 'Số: 012/QĐ-UBND', 'V/v phê duyệt dự toán'],
  ['cut short by the list', '12/QĐ-UBND', 'Về việc phê duyệt dự to…'],
  ['with the kind of document', '12/QĐ-UBND', 'Quyết định về việc phê duyệt dự toán'],
  ['nothing said', '', ''],
])('%s is no difference', (_, number, title) => {
  expect(differences(document('12/QĐ-UBND', 'Về việc phê duyệt dự toán', 'QUYẾT ĐỊNH'), { name: 'van-ban.pdf', number, title })).toEqual([])
})

test('another number, subject or name is', () => {
  const label = { name: 'van-ban-khac.pdf', number: '13/QĐ-UBND', title: 'Về việc cử cán bộ đi công tác' }
  expect(differences(document('12/QĐ-UBND', 'Về việc phê duyệt dự toán'), label)).toEqual(['number', 'subject', 'name'])
})

test('a short word inside a subject does not pass for it', () => {
  expect(differences(document('', 'Về việc phê duyệt dự toán'), { name: 'van-ban.pdf', title: 'dự toán' })).toEqual(['subject'])
})

test('only what both sides say can be compared', () => {
  const label = { name: 'van-ban.pdf', number: '12/QĐ-UBND', title: 'Về việc phê duyệt dự toán' }
  expect(comparable(document('12/QĐ-UBND', ''), label)).toBe(true)
  expect(comparable(document('', 'Về việc phê duyệt dự toán'), label)).toBe(true)
  expect(comparable(document('', ''), label)).toBe(false)
  expect(comparable(document('12/QĐ-UBND', 'Về việc'), { name: 'van-ban.pdf' })).toBe(false)
})
