import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { smallPdf } from '../support/small-pdf.ts'

/**
 * A system whose files only the page in the tab can fetch and put back: data: and blob: links, its own form, a script that reads its file
 * input, a drop zone, an API with a token from page storage, a form with a token on a page of its own, for who has the cookie.
 */
export interface LetterBox {
  origin: string
  /** What came back, by id. */
  kept: Map<string, Buffer>
  /** What the API was asked without its token. */
  unauthorised: string[]
  /** The descriptor, as an IT desk writes it. */
  descriptor: string
  close(): void
}

const original = (id: string): Buffer => smallPdf(`Cong van ${id}`)
const row = (id: string, href: string): string => `<table id="l"><tbody><tr><td class="so">${id}/CV-X</td><td><a data-id="${id}" href="${href}">Công văn</a></td></tr></tbody></table>`
const spa = (kind: string): string => `<main></main><script>
  (async () => {
    const { token } = await (await fetch('/phien', { method: 'POST' })).json()
    ${kind}Storage.setItem('app.auth', token)
    const rows = await (await fetch('/api/${kind}/ds', { headers: { authorization: 'Bearer ' + token } })).json()
    document.querySelector('main').innerHTML = rows.map(({ id }) => ${JSON.stringify(row('ID', `/api/${kind}/tep/ID.pdf`))}.replaceAll('ID', id)).join('')
  })()
</script>`
const form = (token: string): string =>
  `<form id="tra" method="post" action="/nhan/6" enctype="multipart/form-data"><input type="hidden" name="ma" value="${token}"><input type="file" name="tep"></form>`
const pages: Record<string, string> = {
  '/nop': `${row('1', `data:application/pdf;base64,${original('1').toString('base64')}`)}<form method="post" action="/nhan/1" enctype="multipart/form-data"><input type="file" name="tep" id="tep"><button id="gui">Gửi</button></form>`,
  '/tha': `${row('2', '')}<div id="tha">Thả tệp vào đây</div><script>
    fetch('/tep/2.pdf').then((answer) => answer.blob()).then((file) => { document.querySelector('#l a').href = URL.createObjectURL(file) })
    tha.ondragover = (event) => event.preventDefault()
    tha.ondrop = (event) => { event.preventDefault(); const body = new FormData(); body.append('tep', event.dataTransfer.files[0]); fetch('/nhan/2', { method: 'POST', body }) }
  </script>`,
  '/chon': `${row('5', '/tep/5.pdf')}<input type="file" id="tep"><button id="gui">Gửi</button><script>
    let chosen
    tep.onchange = async () => { const [file] = tep.files; chosen = new Blob([await file.arrayBuffer()]) }
    gui.onclick = async () => { while (!chosen) await new Promise(requestAnimationFrame); const body = new FormData(); body.append('tep', chosen, 'a.pdf'); await fetch('/nhan/5', { method: 'POST', body }) }
  </script>`,
  '/mau': row('6', '/tep/6.pdf'),
  '/spa-local': spa('local'),
  '/spa-session': spa('session'),
}

export async function openLetterBox(): Promise<LetterBox> {
  const kept = new Map<string, Buffer>()
  const unauthorised: string[] = []
  const token = randomBytes(16).toString('hex')
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x')
    const id = /\d+/.exec(pathname)?.[0] ?? ''
    const json = (value: unknown): void => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (pathname === '/phien') return json({ token })
    if (pathname.startsWith('/api/') && request.headers.authorization !== `Bearer ${token}`) {
      unauthorised.push(pathname)
      return void response.writeHead(401).end()
    }
    if (pathname.endsWith('/ds')) return json([{ id: pathname.includes('local') ? 3 : 4 }])
    if (/^(\/api\/\w+)?\/tep\//.test(pathname)) return void response.writeHead(200, { 'content-type': 'application/pdf' }).end(original(id))
    if (pathname.startsWith('/ma-bam/')) return void response.end(createHash('sha256').update(kept.get(id) ?? original(id)).digest('hex'))
    if (pathname === '/mau') response.setHeader('set-cookie', `sid=${token}; HttpOnly; SameSite=Lax; Path=/`)
    const isLoggedIn = request.headers.cookie?.includes(`sid=${token}`) === true
    if (pathname === '/mau-tra') return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(isLoggedIn ? form(token) : 'Hết phiên')
    if (/^(\/api\/\w+)?\/nhan\//.test(pathname)) {
      return void buffer(request).then((body) => {
        if (pathname === '/nhan/6' && !(isLoggedIn && body.includes(`name="ma"\r\n\r\n${token}`))) return void response.writeHead(403).end()
        const from = body.indexOf('%PDF-')
        kept.set(id, body.subarray(from, body.indexOf(`\r\n--${boundaryOf(request)}`, from)))
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<title>Đã nhận</title>')
      })
    }
    const page = pages[pathname]
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' }).end(page && `<!doctype html><title>Hòm văn bản</title>${page}`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    kept,
    unauthorised,
    descriptor: describe(origin),
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Every way back that needs the page, and the document that goes by it. */
export const lettersBack = [
  { way: 'from a data: link to the page’s own file input and button', at: '/nop', id: '1' },
  { way: 'to a file input whose script reads it', at: '/chon', id: '5' },
  { way: 'from a blob: link to a place that takes dropped files', at: '/tha', id: '2' },
  { way: 'to a form with a token on a page of its own, for who has the cookie', at: '/mau', id: '6' },
  { way: 'to an API that wants a token from localStorage', at: '/spa-local', id: '3' },
  { way: 'to an API that wants a token from sessionStorage', at: '/spa-session', id: '4' },
] as const

/** RFC 7578: what parts the fields of a form. */
function boundaryOf(request: IncomingMessage): string {
  return /boundary=(\S+)$/.exec(request.headers['content-type'] ?? '')?.[1] ?? ''
}

function describe(origin: string): string {
  const returned = { confirm: 'digest', digestUrl: '/ma-bam/{id}', readingIsSilent: true }
  const view = (at: string, way: object, more: object = {}): object => ({
    ...more, path: `^${at}$`, list: '#l', row: '#l tbody tr',
    reads: { file: { selector: 'a', attribute: 'href' }, number: { selector: '.so' }, id: { selector: 'a', attribute: 'data-id' } },
    waysBack: [{ way: { ...way, ...returned } }],
  })
  const spaView = (storage: string): object => {
    const authorization = { storage, key: 'app.auth', name: 'authorization', template: 'Bearer {value}' }
    const way = { by: 'api', url: `/api/${storage}/nhan/{id}`, method: 'PUT', fileField: 'tep', fields: { so: '{number}' }, authorization }
    return view(`/spa-${storage}`, way, { authorization })
  }
  const views = [
    view('/nop', { by: 'page', input: '#tep', submit: '#gui' }),
    view('/chon', { by: 'page', input: '#tep', submit: '#gui' }),
    view('/tha', { by: 'drop', zone: '#tha' }),
    view('/mau', { by: 'form', url: '/mau-tra', form: '#tra', fileField: 'tep', fields: {} }),
    ...['local', 'session'].map(spaView),
  ]
  return JSON.stringify({ format: 'antin-site-1', id: 'hom-van-ban', version: 1, name: 'Hòm văn bản', source: 'test', origins: [origin], recognise: { selectors: [] }, views })
}
