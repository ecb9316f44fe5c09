import { expect, test } from 'vitest'
import { findDocuments } from '../../../extension/page/find-documents.ts'
import demoFile from '../../../extension/page/sites/demo.json' with { type: 'json' }
import { readSite } from '../../../extension/background/site-schema.ts'
import { openFixture, openPage } from './open-fixture.ts'

const read = readSite(demoFile)
if ('reason' in read) throw new Error(read.reason)
const demo = read.site
const home = 'http://127.0.0.1:8080'

test('the outgoing list of the demo: rows, names, states, and the call that takes the signed file', async () => {
  const { found } = await findDocuments([demo], openFixture('demo-outgoing-list.html', `${home}/van-ban-di?trang-thai=cho-ky-duyet`))
  expect(found.siteName).toBe('QLVB Sơn Lâm')
  expect(found.site).toBe(home)
  expect(found.documents).toEqual([
    {
      key: `${home}/tep/31?ma=abc`,
      url: `${home}/tep/31?ma=abc`,
      byPage: false,
      name: 'Dự thảo quyết định.pdf',
      certainty: 'certain',
      title: 'Quyết định: Về việc phê duyệt kế hoạch',
      state: 'Chờ ký duyệt',
      act: 'approve',
      wayBack: {
        by: 'api',
        url: `${home}/api/van-ban/17/tep-da-ky`,
        method: 'POST',
        fileField: 'tep_da_ky',
        fields: { tep_id: '31' },
        token: { field: '_token', url: `${home}/van-ban-di`, pattern: '<meta name="csrf-token" content="([^"]+)"' },
        confirm: 'digest',
        digestUrl: `${home}/api/tep/31/ma-bam`,
        readingIsSilent: true,
      },
    },
    {
      key: `${home}/tep/32?ma=def`,
      url: `${home}/tep/32?ma=def`,
      byPage: false,
      name: 'Thông báo.pdf',
      certainty: 'certain',
      number: '45/TB-UBND',
      date: '05/03/2026',
      title: 'Thông báo: Kết luận cuộc họp',
      state: 'Đã phát hành',
      wayBack: { by: 'download' },
    },
  ])
})

test('the page of one document: each of its files, with the page\'s own number and state', async () => {
  const { documents } = (await findDocuments([demo], openFixture('demo-document.html', `${home}/van-ban-di/17`))).found
  expect(documents.map(({ name, number, state, wayBack }) => ({ name, number, state, fields: wayBack?.by === 'api' && wayBack.fields }))).toEqual([
    { name: 'Quyết định.pdf', number: '46/QĐ-UBND', state: 'Chờ ký cơ quan', fields: { tep_id: '31' } },
    { name: 'Phụ lục.pdf', number: '46/QĐ-UBND', state: 'Chờ ký cơ quan', fields: { tep_id: '33' } },
  ])
})

test('where the page keeps a key for files in its storage, the page fetches', async () => {
  const page = openFixture('demo-outgoing-list.html', `${home}/van-ban-di`)
  ;(page.storages.session as Storage).setItem('qlvb.ma-truy-cap', 'khoa')
  const { found, sources } = await findDocuments([demo], page)
  expect(found.documents[0]?.byPage).toBe(true)
  expect(sources.get(found.documents[0]?.key ?? '')).toMatchObject({ by: 'address', authorization: { key: 'qlvb.ma-truy-cap' } })
})

test('a page of a known system with none of its lists shows no documents; an unknown one is searched anywhere', async () => {
  const html = '<title>Đăng nhập – QLVB Sơn Lâm</title><meta name="csrf-token" content="x"><nav class="trinh-don"></nav><a href="/x.pdf">x</a>'
  expect((await findDocuments([demo], openPage(html, `${home}/thong-ke`))).found.documents).toEqual([])
  expect((await findDocuments([demo], openPage('<title>Khác</title><a href="/x.pdf">x</a>', `${home}/van-ban-di`))).found.documents).toHaveLength(1)
})

test('a way back with a hole in it is no way back', async () => {
  const html = '<title>A – QLVB Sơn Lâm</title><meta name="csrf-token" content="x"><nav class="trinh-don"></nav><table id="bang-van-ban-di"><tbody><tr><td><span class="trang-thai cho-ky-duyet">x</span><a class="tep" href="/tep/1?ma=2" title="t.pdf">t.pdf</a></td></tr></tbody></table>'
  const [document] = (await findDocuments([demo], openPage(html, `${home}/van-ban-di`))).found.documents
  expect(document).toMatchObject({ name: 't.pdf' })
  expect(document).not.toHaveProperty('wayBack')
})
