import { beforeAll, afterAll, expect, test, vi } from 'vitest'
import { readSite } from '../../../../extension/background/site-schema.ts'
import { findDocuments } from '../../../../extension/page/find-documents.ts'
import { draftSite } from '../../../../extension/page/teach/derive-site.ts'
import { rowGroupOf } from '../../../../extension/page/teach/similar-rows.ts'
import type { Page } from '../../../../extension/page/find-by-site.ts'
import { openFixture } from '../open-fixture.ts'

beforeAll(() => void vi.stubGlobal('CSS', { escape: (text: string) => text.replaceAll(/[^\w-]/g, (character) => `\\${character}`) }))
afterAll(() => void vi.unstubAllGlobals())

/** What is taught by one click on a row and one on a file; read again by what was derived alone. */
async function taught(page: Page, rowSelector: string, fileSelector: string) {
  const [row] = page.document.querySelectorAll(rowSelector)
  const group = row && rowGroupOf(row)
  const file = group?.row.querySelector(fileSelector)
  const draft = group && file ? draftSite(group, file, page.document, page.location) : undefined
  if (draft === undefined) throw new Error('nothing was derived')
  const read = readSite(JSON.parse(JSON.stringify(draft.site)))
  if ('reason' in read) throw new Error(read.reason)
  const { found } = await findDocuments([read.site], page)
  return { site: read.site, documents: found.documents, siteId: found.siteId }
}

test('a table with headings: columns by their headings, every row with a file', async () => {
  const { site, documents, siteId } = await taught(openFixture('table-rows.html'), 'tbody tr td:nth-child(2)', 'a')
  expect(siteId).toBe('taught-qlvb-example-vn')
  expect(site.origins).toEqual(['https://qlvb.example.vn'])
  expect(site.views[0]?.reads).toMatchObject({ number: { column: '^so, ky hieu$' }, date: { column: '^ngay van ban$' }, title: { column: '^trich yeu$' }, state: { column: '^trang thai$' } })
  expect(documents.map(({ number, date, state }) => [number, date, state])).toEqual([['101/QĐ-UBND', '05/03/2026', 'Chờ ký'], ['102/TB-UBND', '06/03/2026', 'Đã ký']])
})

test('cards without headings: number and date by what they look like', () => {
  const page = openFixture('cards.html')
  const link = page.document.querySelector('a[href]')
  const card = link === null ? undefined : rowGroupOf(link)
  if (link === null || card === undefined) throw new Error('no cards')
  expect(card.rows.length).toBeGreaterThan(1)
  const draft = draftSite(card, link, page.document, page.location)
  expect(draft?.site.views[0]?.reads).toHaveProperty('number')
  expect(readSite(draft?.site)).toHaveProperty('site')
})

test('what leads to no address of this site is no file', () => {
  const page = openFixture('table-rows.html')
  const [cell] = page.document.querySelectorAll('tbody td')
  const group = cell && rowGroupOf(cell)
  if (!group) throw new Error('no rows')
  expect(draftSite(group, cell, page.document, page.location)).toBeUndefined()
})

test('an address with a number in its path is one kind of page', () => {
  const page = openFixture('table-rows.html', 'https://qlvb.example.vn/so-van-ban/17/danh.sach')
  const [row] = page.document.querySelectorAll('tbody tr')
  const group = row && rowGroupOf(row)
  const file = row?.querySelector('a')
  if (!group || !file) throw new Error('no row')
  expect(draftSite(group, file, page.document, page.location)?.site.views[0]?.path).toBe('^/so-van-ban/\\d+/danh\\.sach$')
})
