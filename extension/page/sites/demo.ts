import type { PageView, Site } from '../site.ts'

const waitsForSignature = '.trang-thai.cho-ky-duyet, .trang-thai.cho-ky-co-quan'

/** The calls of the system: the signed file as a form, the session's token in it; the answer and `ma-bam` name the SHA-256 that was stored. */
const api: PageView['waysBack'][number]['way'] = {
  by: 'api',
  url: '/api/van-ban/{document}/tep-da-ky',
  method: 'POST',
  fileField: 'tep_da_ky',
  fields: { tep_id: '{fileId}' },
  token: { field: '_token', url: '/van-ban-di', pattern: '<meta name="csrf-token" content="([^"]+)"' },
  confirm: 'digest',
  digestUrl: '/api/tep/{fileId}/ma-bam',
}

const file = { selector: 'a.tep', attribute: 'href' }
const fileId = { ...file, pattern: '/tep/(\\d+)' }
const authorization = { storage: 'session', key: 'qlvb.ma-truy-cap', name: 'authorization', template: 'Bearer {value}' } as const

export const demo: Site = {
  id: 'qlvb-son-lam',
  version: 1,
  name: 'QLVB Sơn Lâm',
  recognise: { title: ' – QLVB Sơn Lâm$', selectors: ['meta[name="csrf-token"]', 'nav.trinh-don'] },
  views: [
    {
      path: '^/van-ban-di$',
      row: '#bang-van-ban-di tbody tr',
      reads: {
        file,
        fileId,
        document: { attribute: 'id', pattern: '^vb-(\\d+)$' },
        name: { selector: 'a.tep', attribute: 'title' },
        number: { selector: '.so-ky-hieu', pattern: '^(\\d.*)$' },
        date: { selector: '.ngay', pattern: '^(\\d.*)$' },
        title: { selector: '.trich-yeu a' },
        state: { selector: '.trang-thai' },
      },
      authorization,
      waysBack: [{ when: waitsForSignature, way: api }, { way: { by: 'download' } }],
    },
    {
      path: '^/van-ban-di/\\d+$',
      row: '.bang-tep tbody tr',
      reads: {
        file,
        fileId,
        document: { from: 'address', pattern: '^/van-ban-di/(\\d+)$' },
        name: { selector: 'a.tep' },
        number: { from: 'page', selector: '.thong-tin dd', pattern: '^(\\d.*)$' },
        title: { from: 'page', selector: 'main h1' },
        state: { from: 'page', selector: '.thong-tin .trang-thai' },
      },
      authorization,
      waysBack: [{ when: '#tai-tep-da-ky', in: 'page', way: api }, { way: { by: 'download' } }],
    },
    {
      path: '^/van-ban-den$',
      row: '#bang-van-ban-den tbody tr',
      reads: {
        file,
        name: { selector: 'a.tep', attribute: 'title' },
        number: { selector: '.so-ky-hieu', pattern: '^(\\d.*)$' },
        date: { selector: '.so-ky-hieu + .ngay' },
        title: { selector: '.trich-yeu a' },
        state: { selector: '.dau.moi' },
      },
      authorization,
      waysBack: [{ way: { by: 'download' } }],
    },
    {
      path: '^/van-ban-den/\\d+$',
      row: '.bang-tep tbody tr',
      reads: { file, name: { selector: 'a.tep' }, title: { from: 'page', selector: 'main h1' } },
      authorization,
      waysBack: [{ way: { by: 'download' } }],
    },
  ],
}
