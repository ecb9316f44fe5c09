import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkSigned } from '../../demo/office/check-signed.ts'
import { clerkAt } from '../../demo/office/clerk.ts'
import { smallPdf } from '../support/small-pdf.ts'
import { openDesk, returnedAll, type Desk } from './desk.ts'

// Ways back that only the page in the tab knows: its own file input and button, a place that takes dropped files, and an API that wants a
// header which the page's script keeps in its storage.

const kept = new Map<string, Buffer>()
let desk: Desk
let server: Server
let origin: string

const list = (id: string, more: string): string => `<!doctype html><title>Hòm văn bản</title><table id="l"><tbody><tr><td class="so">${id}/CV-X</td><td><a href="/tep/${id}.pdf">Công văn</a></td></tr></tbody></table>${more}`
const pages: Record<string, string> = {
  '/nop': list('1', '<form method="post" action="/nhan/1" enctype="multipart/form-data"><input type="file" name="tep" id="tep"><button id="gui">Gửi</button></form>'),
  '/tha': list('2', `<div id="tha">Thả tệp vào đây</div><script>
    tha.ondragover = (event) => event.preventDefault()
    tha.ondrop = (event) => { event.preventDefault(); const body = new FormData(); body.append('tep', event.dataTransfer.files[0]); fetch('/nhan/2', { method: 'POST', body }) }
  </script>`),
  ...Object.fromEntries(['local', 'session'].map((kind) => [`/spa-${kind}`, `<!doctype html><title>Hòm văn bản</title><main></main><script>
    (async () => {
      const { token } = await (await fetch('/phien', { method: 'POST' })).json()
      ${kind}Storage.setItem('app.auth', token)
      const rows = await (await fetch('/api/${kind}/ds', { headers: { authorization: 'Bearer ' + token } })).json()
      document.querySelector('main').innerHTML = '<table id="l"><tbody>' + rows.map(({ id, so }) => '<tr><td class="so">' + so + '</td><td><a href="/api/${kind}/tep/' + id + '.pdf">Công văn</a></td></tr>').join('') + '</tbody></table>'
    })()
  </script>`])),
}
/** Of the API: what it was asked without the token, which it knows from this page load alone. */
const bearer = randomBytes(16).toString('hex')
const unauthorised: string[] = []
const original = (id: string): Buffer => smallPdf(`Cong van ${id}`)

/** RFC 7578: what parts the fields of a form. */
function boundaryOf(request: IncomingMessage): string {
  return /boundary=(\S+)$/.exec(request.headers['content-type'] ?? '')?.[1] ?? ''
}

const returned = { confirm: 'digest', digestUrl: '/ma-bam/{id}', readingIsSilent: true }
const view = (at: string, way: object, more: object = {}): object => ({
  ...more,
  path: `^${at}$`, list: '#l', row: '#l tbody tr',
  reads: { file: { selector: 'a', attribute: 'href' }, number: { selector: '.so' }, id: { selector: 'a', attribute: 'href', pattern: '(\\d+)\\.pdf$' } },
  waysBack: [{ way: { ...way, ...returned } }],
})

function spaView(storage: string): object {
  const authorization = { storage, key: 'app.auth', name: 'authorization', template: 'Bearer {value}' }
  const way = { by: 'api', url: `/api/${storage}/nhan/{id}`, method: 'PUT', fileField: 'tep', fields: { so: '{number}' }, authorization }
  return view(`/spa-${storage}`, way, { authorization })
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x')
    const id = /\d+/.exec(pathname)?.[0] ?? ''
    if (pathname === '/phien') return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token: bearer }))
    if (pathname.startsWith('/api/') && request.headers.authorization !== `Bearer ${bearer}`) {
      unauthorised.push(pathname)
      return void response.writeHead(401).end()
    }
    if (pathname.endsWith('/ds')) return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify([{ id: pathname.includes('local') ? 3 : 4, so: '34/CV-X' }]))
    if (/^(\/api\/\w+)?\/tep\//.test(pathname)) return void response.writeHead(200, { 'content-type': 'application/pdf' }).end(original(id))
    if (pathname.startsWith('/ma-bam/')) return void response.end(createHash('sha256').update(kept.get(id) ?? original(id)).digest('hex'))
    if (/^(\/api\/\w+)?\/nhan\//.test(pathname)) {
      return void buffer(request).then((body) => {
        const from = body.indexOf('%PDF-')
        kept.set(id, body.subarray(from, body.indexOf(`\r\n--${boundaryOf(request)}`, from)))
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<title>Đã nhận</title>')
      })
    }
    response.writeHead(pages[pathname] === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' }).end(pages[pathname])
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  desk = await openDesk({ settings: { listedSites: [origin] } })
  const options = await desk.browser.context.newPage()
  await options.goto(`chrome-extension://${desk.browser.extensionId}/options.html`)
  const views = [view('/nop', { by: 'page', input: '#tep', submit: '#gui' }), view('/tha', { by: 'drop', zone: '#tha' }), ...['local', 'session'].map(spaView)]
  const site = { format: 'antin-site-1', id: 'hom-van-ban', version: 1, name: 'Hòm văn bản', source: 'test', origins: [origin], recognise: { selectors: [] }, views }
  await options.locator('input[accept*=json]').setInputFiles({ name: 'site.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(site)) })
  await options.getByText('Hòm văn bản').first().waitFor()
  await options.close()
})
afterAll(async () => {
  await desk.close()
  server.closeAllConnections()
  server.close()
})

test.each([
  { way: 'the page’s own file input and button', at: '/nop', id: '1' },
  { way: 'a place that takes dropped files', at: '/tha', id: '2' },
  { way: 'an API that wants a token from localStorage', at: '/spa-local', id: '3' },
  { way: 'an API that wants a token from sessionStorage', at: '/spa-session', id: '4' },
])('$way: the signed file is there, whole and valid', async ({ at, id }) => {
  const { browser, office } = desk
  const page = await browser.context.newPage()
  await page.goto(origin + at)
  const clerk = clerkAt(browser, origin, page)
  const signWindow = await clerk.choose(await clerk.openPopup(), 1)
  await clerk.approve(signWindow)
  await returnedAll(signWindow, 1)
  const file = path.join(office.folder, `returned-${id}.pdf`)
  writeFileSync(file, kept.get(id) ?? '')
  expect(await checkSigned(0, file, office)).toMatchObject({ valid: true })
  expect(unauthorised).toEqual([])
})
