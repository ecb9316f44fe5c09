import { expect, test } from 'vitest'
import { placesOf } from '../../../extension/page/find-by-site.ts'
import { pageHealth } from '../../../extension/page/page-health.ts'
import type { PageView } from '../../../shared/messages/site.ts'
import { openFixture, openPage } from './open-fixture.ts'

const view: PageView = {
  path: '.*',
  list: 'table',
  row: 'tbody tr',
  reads: { file: { selector: 'a', attribute: 'href' }, number: { column: '^so, ky hieu$' }, date: { column: '^ngay van ban$' }, title: { selector: 'td:nth-child(4)' } },
  waysBack: [],
}

function healthOf(html: string, others = 0, of: PageView = view) {
  const page = openPage(html, 'https://qlvb.example.vn/vb')
  return pageHealth(of, placesOf(of, page), page.document, others)
}

test('a page as the descriptor knows it is well, also where one row has neither number nor file', () => {
  const page = openFixture('table-rows.html')
  expect(pageHealth(view, placesOf(view, page), page.document, 0)).toBeUndefined()
})

test('a list that stands and is empty is no change; without its frame it is', () => {
  expect(healthOf('<table><tbody></tbody></table>')).toBeUndefined()
  expect(healthOf('<main></main>')).toEqual({ missing: ['list'] })
})

test('rows that the descriptor does not see, while documents are there, are a change', () => {
  expect(healthOf('<table></table><div class="row"><a href="/1.pdf">1</a></div>', 1)).toEqual({ missing: ['row'] })
})

test('columns that no row has any more are named, and what the descriptor does not read is not missed', () => {
  const html = '<table><thead><tr><th>Số, ký hiệu</th><th>Ngày ký</th></tr></thead><tbody><tr><td>1/QĐ</td><td>05/03/2026</td></tr></tbody></table>'
  expect(healthOf(html)).toEqual({ missing: ['file', 'date', 'title'] })
  const { title: _, ...reads } = view.reads
  expect(healthOf(html, 0, { ...view, reads })).toEqual({ missing: ['file', 'date'] })
})

test('a selector that the browser does not take counts as missing and ends nothing', () => {
  expect(healthOf('<table><tbody><tr><td>1</td></tr></tbody></table>', 0, { ...view, list: 'table[' })).toEqual({ missing: ['list'] })
})

test('a mark of secrecy without a column of its own is not missed, a column of secrecy is', () => {
  const html = '<table><thead><tr><th>Tệp</th></tr></thead><tbody><tr><td><a href="/1.pdf">1</a></td></tr></tbody></table>'
  const of = (secrecy: NonNullable<PageView['reads']['secrecy']>): PageView => ({ ...view, reads: { file: view.reads.file, secrecy } })
  expect(healthOf(html, 0, of({ selector: '.mat' }))).toBeUndefined()
  expect(healthOf(html, 0, of({ column: '^do mat$' }))).toEqual({ missing: ['secrecy'] })
})
