import { afterEach, expect, test } from 'vitest'
import { findDocuments } from '../../../extension/page/find-documents.ts'
import { openShadowRootOf } from '../../../extension/page/roots.ts'
import type { FoundDocument } from '../../../shared/messages/page.ts'
import { openFixture, openPage } from './open-fixture.ts'

const home = 'https://qlvb.example.vn'

async function found(name: string, url?: string): Promise<FoundDocument[]> {
  return (await findDocuments([], openFixture(name, url))).found.documents
}

function brief(documents: FoundDocument[]): string[] {
  return documents.map(({ url, key, certainty }) => `${certainty} ${(url ?? key).replace(home, '')}`)
}

test('links by extension, query, download, type and text; once each; nothing foreign and nothing else', async () => {
  const documents = await found('plain-links.html')
  expect(brief(documents)).toEqual([
    'certain /van-ban/12-QD-UBND.pdf',
    'certain /tai?ten=T%E1%BB%9D%20tr%C3%ACnh%2045.PDF&ma=9',
    'certain /kho/881',
    'probable /kho/882',
    'certain /kho/883',
    'certain /xem/884',
  ])
  expect(documents.map(({ name }) => name)).toEqual(['12-QD-UBND.pdf', 'Tờ trình 45.PDF', 'Thông báo 7.pdf', 'Tải về', 'Kế hoạch', 'Giấy mời 88.pdf'])
  expect(documents[0]).toMatchObject({ number: '12/QĐ-UBND', date: '05/03/2026', byPage: false, wayBack: { by: 'download' } })
})

test('rows of a table give number, date, title and state by what the columns are called', async () => {
  const documents = await found('table-rows.html')
  expect(brief(documents)).toEqual(['probable /getfile?id=501', 'certain /file-handler/download/502'])
  expect(documents[0]).toMatchObject({
    name: 'Quyết định về việc phê duyệt kế hoạch',
    number: '101/QĐ-UBND',
    date: '05/03/2026',
    title: 'Quyết định về việc phê duyệt kế hoạch',
    state: 'Chờ ký',
  })
  expect(documents[1]).toMatchObject({ name: 'Thông báo.pdf', number: '102/TB-UBND', state: 'Đã ký' })
})

test('postbacks are found as what only the page can fetch, pagers are not', async () => {
  const page = openFixture('postback-grid.html', `${home}/VanBanDi.aspx`)
  const { found: { documents }, sources } = await findDocuments([], page)
  expect(documents.map(({ key, byPage, url, name, number, title, certainty }) => ({ key, byPage, url, name, number, title, certainty }))).toEqual([
    { key: 'postback:ctl00$grid$ctl02$lnkFile:', byPage: true, url: undefined, name: 'bao-cao.pdf', number: '15/BC-STC', title: 'Báo cáo quyết toán', certainty: 'certain' },
    { key: 'postback:ctl00$grid$ctl03$lnkDownload:7', byPage: true, url: undefined, name: 'Báo cáo quý I', number: '16/BC-STC', title: 'Báo cáo quý I', certainty: 'probable' },
  ])
  expect(sources.get('postback:ctl00$grid$ctl03$lnkDownload:7')).toMatchObject({ by: 'postback', target: 'ctl00$grid$ctl03$lnkDownload', argument: '7' })
})

test('embedded viewers give the document, not themselves', async () => {
  expect(brief(await found('viewers.html', `${home}/xem/`))).toEqual([
    'certain /noi-dung/1?xem=1',
    'certain /tep/2.pdf?v=3',
    'certain /noi-dung/3',
    'certain /tep/4.pdf',
    'certain /tep/5.pdf',
  ])
})

test('a page that is itself a viewer is one document', async () => {
  const documents = (await findDocuments([], openPage('<title>Trình xem</title>', `${home}/pdfjs/web/viewer.html?file=/tep/9.pdf`))).found.documents
  expect(brief(documents)).toEqual(['certain /tep/9.pdf'])
})

test('buttons in rows', async () => {
  const documents = await found('row-buttons.html')
  expect(brief(documents)).toEqual(['probable /api/attachments/71', 'certain /tep/ke-hoach-8.pdf', 'probable /download/92?loai=pdf'])
  expect(documents.map(({ number }) => number)).toEqual(['7/KH-SNV', '8/KH-SNV', '9/KH-SNV'])
})

test('shadow roots, in shadow roots too, and the rows inside them', async () => {
  const documents = await found('shadow-roots.html')
  expect(brief(documents)).toEqual(['certain /mo/4.pdf', 'certain /mo/1.pdf', 'certain /mo/3.pdf', 'certain /mo/2.pdf'])
  expect(documents[2]).toMatchObject({ number: '3/CV-X', title: 'Công văn ba' })
})

test('grids made of roles', async () => {
  expect(await found('aria-grid.html')).toEqual([
    expect.objectContaining({ url: `${home}/s/21/tai-ve?tep=9`, number: '21/TTr-STP', title: 'Tờ trình về chương trình công tác', state: 'Chờ duyệt', certainty: 'probable' }),
  ])
})

test('cards give number and date by their looks', async () => {
  const documents = await found('cards.html')
  expect(documents.map(({ name, number, date }) => ({ name, number, date }))).toEqual([
    { name: 'Nghị quyết 30.pdf', number: '30/2026/NQ-HĐND', date: '12.01.2026' },
    { name: 'Tải', number: '31/2026/NQ-HĐND', date: '13-01-2026' },
  ])
})

test('blob and data addresses are the page\'s to fetch', async () => {
  const documents = await found('blobs.html')
  expect(documents.map(({ key, byPage, certainty, url }) => ({ key, byPage, certainty, url }))).toEqual([
    { key: 'blob:https://qlvb.example.vn/3f0c5a2e-0000-4000-8000-000000000001', byPage: true, certainty: 'probable', url: undefined },
    { key: 'data:application/pdf;base64,JVBERi0xLjcK', byPage: true, certainty: 'certain', url: undefined },
  ])
})

test('only the page\'s own origin serves its files: no neighbour, no other port, nothing in the clear', async () => {
  const files = ['https://qlvb.sonlam.gov.vn/0.pdf', 'https://tep.sonlam.gov.vn/1.pdf', 'https://qlvb.sonlam.gov.vn:8443/2.pdf', 'http://qlvb.sonlam.gov.vn/3.pdf', 'https://khac.gov.vn/4.pdf']
  const html = files.map((file) => `<a href="${file}">${file.at(-5)}</a>`).join('')
  expect((await findDocuments([], openPage(html, 'https://qlvb.sonlam.gov.vn/'))).found.documents.map(({ url }) => url)).toEqual(files.slice(0, 1))
})

const patched = ['toJSON', 'first'] as const
afterEach(() => {
  for (const name of patched) Reflect.deleteProperty(Array.prototype, name)
})

test('a hostile page: broken addresses, SVG, clobbered forms, patched prototypes, hosts that throw', async () => {
  for (const name of patched) Object.defineProperty(Array.prototype, name, { value: () => 'patched', enumerable: true, configurable: true, writable: true })
  let thrown = 0
  const page = openFixture('hostile.html', `${home}/`, (element) => {
    // What browsers do when asked for the closed shadow root of anything that is no HTML element.
    if (element.namespaceURI !== 'http://www.w3.org/1999/xhtml') {
      thrown++
      throw new TypeError('parameter 1 is not of type HTMLElement')
    }
    return openShadowRootOf(element)
  })
  expect(brief((await findDocuments([], page)).found.documents)).toEqual([
    'certain /tot/1.pdf',
    'certain /%E0%A4%A/%ZZ.pdf',
    'certain /svg/2.pdf',
    'certain /svg/3.pdf',
    'certain /form/4.pdf',
    'certain /tot/5.pdf',
  ])
  expect(thrown).toBeGreaterThan(0)
})

test('10,000 nodes with one document at the end', async () => {
  const html = `${'<div><span>x</span></div>'.repeat(5_000)}<a href="/cuoi.pdf">Cuối</a>`
  expect(brief((await findDocuments([], openPage(html, `${home}/`))).found.documents)).toEqual(['certain /cuoi.pdf'])
})
