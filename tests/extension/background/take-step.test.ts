import { expect, test } from 'vitest'
import type { BatchCursor } from '../../../extension/background/cursor.ts'
import { takeStep } from '../../../extension/background/take-step.ts'
import { refusalOf } from '../../../shared/errors.ts'
import type { NextOfDocument } from '../../../shared/messages/page.ts'
import { DocumentSite } from './document-site.ts'

const own = 'https://qlvb.vn'
const step: NextOfDocument = { label: 'Chuyển', by: { by: 'api', url: `${own}/gui/1`, method: 'POST', fields: {} }, done: { pattern: 'đã gửi' } }
const nowhere = () => Promise.reject(new Error('asked'))

test.each<[string, (elsewhere: string) => Partial<NextOfDocument>]>([
  ['the call', (elsewhere) => ({ by: { by: 'api', url: `${elsewhere}/gui/1`, method: 'POST', fields: {} } })],
  ['its token', (elsewhere) => ({ by: { by: 'api', url: `${own}/gui/1`, method: 'POST', fields: {}, token: { field: 't', url: `${elsewhere}/trang`, pattern: '(x)' } } })],
  ['the form', (elsewhere) => ({ by: { by: 'form', url: `${elsewhere}/gui`, form: 'form', fields: {} } })],
  ['the page with the button', (elsewhere) => ({ by: { by: 'click', url: `${elsewhere}/gui`, selector: 'button' } })],
  ['the question whether it may be taken', (elsewhere) => ({ unready: { url: `${elsewhere}/gui`, pattern: 'x' } })],
  ['the question whether it was taken', (elsewhere) => ({ done: { url: `${elsewhere}/gui`, pattern: 'x' } })],
])('%s may not be at another origin than the page’s: nothing is asked', async (_, change) => {
  const other = await DocumentSite.start()
  const parts = { api: { step: nowhere }, stepByPage: nowhere, stepByClick: nowhere }
  const refused: unknown = await takeStep(parts, { pageOrigin: own } as BatchCursor, { ...step, ...change(other.origin) }).catch((thrown: unknown) => thrown)
  expect(refusalOf(refused)).toEqual({ code: 'delivery-elsewhere', facts: { site: new URL(other.origin).host } })
  expect(other.requests).toEqual([])
  await other.stop()
})

test('an answer that came from another origin does not say that the step was taken', async () => {
  const answer = { url: 'https://evil.example/', redirected: true, status: 200, contentType: 'application/json', text: 'đã gửi' }
  const parts = { api: { step: () => Promise.resolve(answer) }, stepByPage: nowhere, stepByClick: nowhere }
  const refused: unknown = await takeStep(parts, { pageOrigin: own } as BatchCursor, step).catch((thrown: unknown) => thrown)
  expect(refusalOf(refused).code).toBe('send-unconfirmed')
})
