// @vitest-environment happy-dom
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { receiptFile, receiptName, receiptPage } from '../../../extension/background/receipt-file.ts'
import { safeName } from '../../../extension/background/save-file.ts'
import { ReceiptView } from '../../../shared/protocol/receipt.ts'

const receipt: ReceiptView = {
  version: 1,
  agentVersion: '0.1.0',
  osUser: 'vanthu',
  batchId: '11111111-1111-4111-8111-111111111111',
  site: 'https://qlvb.songlam.gov.vn',
  profile: 'approve',
  certificateSerial: '5401',
  holder: 'Nguyễn Hữu Thành',
  documents: [
    { name: '12/QĐ-SNV </script><b>.pdf', before: 'ab'.repeat(32), after: 'cd'.repeat(32), signedAt: '2026-11-24T02:03:04.000Z', deliveredAt: '2026-11-24T02:03:09.000Z', result: 'delivered' },
    { name: '13.pdf', result: 'refused', code: 'document-encrypted' },
  ],
  anchor: { at: '2026-11-24T02:04:00.000Z', eventId: 41, hash: 'ef'.repeat(32) },
}

test.each(['vi', 'en'] as const)('a clerk reads it and an auditor gets the very receipt of the agent out of it (%s)', (language) => {
  const page = new DOMParser().parseFromString(receiptPage(receipt, language), 'text/html')
  const text = page.querySelector('main')?.textContent ?? ''
  for (const words of ['Nguyễn Hữu Thành', '5401', 'vanthu', 'https://qlvb.songlam.gov.vn', '12/QĐ-SNV </script><b>.pdf', 'ab'.repeat(32), 'cd'.repeat(32), '41', 'ef'.repeat(32)]) {
    expect(text).toContain(words)
  }
  expect(text).toContain(language === 'vi' ? 'Đã ký và trả về' : 'Signed and returned')
  expect(text).toContain(language === 'vi' ? 'mật khẩu' : 'password')
  expect(page.querySelectorAll('b, script:not([type="application/json"])')).toHaveLength(0)
  const json: unknown = JSON.parse(page.querySelector('#antin-receipt')?.textContent ?? '')
  expect(v.parse(ReceiptView, json)).toEqual(receipt)
})

test('it is saved as a page under the day that it was issued', () => {
  expect(receiptFile(receipt, 'vi').type).toBe('text/html;charset=utf-8')
  expect(safeName(receiptName(receipt, 'vi'), 'html')).toMatch(/^Biên nhận lượt ký 2026-11-24 \d\d\.\d\d\.html$/)
})
