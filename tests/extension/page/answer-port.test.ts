// @vitest-environment happy-dom
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { answerPort } from '../../../extension/page/answer-port.ts'
import type { Page } from '../../../extension/page/find-by-site.ts'
import type { Source } from '../../../extension/page/found.ts'
import { openShadowRootOf } from '../../../extension/page/roots.ts'
import { refusalOf } from '../../../shared/errors.ts'
import { LineLost } from '../../../shared/messages/line-lost.ts'
import type { ReturnToPage } from '../../../shared/messages/page.ts'
import { PortTalk, partsOf } from '../../../shared/messages/port-talk.ts'
import { portPair } from './port-pair.ts'

interface Heard {
  method: string
  path: string
  authorization: string | undefined
  body: Buffer
}

const document2MiB = randomBytes(2 * 1024 * 1024 + 5)
const heard: Heard[] = []
let home = ''
const server = createServer((request, response) => void answer(request, response))

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const path = request.url ?? ''
  heard.push({ method: request.method ?? '', path, authorization: request.headers.authorization, body: Buffer.concat(chunks) })
  const form = '<form id="tai-len" action="/luu?b=1" method="post"><input type="hidden" name="_token" value="bi-mat"><select name="tep"><option value="1">a</option><option value="2">b</option></select><input type="file" name="tep_da_ky"></form>'
  if (path === '/tep') response.end(document2MiB)
  else if (path === '/het-phien') response.writeHead(302, { location: '/dang-nhap' }).end()
  else if (path === '/dang-nhap') response.writeHead(200, { 'content-type': 'text/html' }).end('<input type="password">')
  else if (path === '/bieu-mau') response.writeHead(200, { 'content-type': 'text/html' }).end(`<html><body>${form}</body></html>`)
  else if (path === '/bieu-mau-la') response.writeHead(200, { 'content-type': 'text/html' }).end(form.replace('/luu?b=1', 'http://127.0.0.1:9/luu'))
  else if (path === '/bieu-mau-khac') response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Khong con</body></html>')
  else if (path === '/bieu-mau-dut') response.writeHead(200, { 'content-type': 'text/html' }).end(form.replace('/luu?b=1', '/dut'))
  else if (path === '/dut') response.destroy()
  else if (path.startsWith('/luu')) response.writeHead(200, { 'content-type': 'text/plain' }).end(`SHA-256 ${'ab'.repeat(32)}`)
  else if (path === '/VanBan.aspx') response.end('%PDF-1.7 postback')
  else response.writeHead(404).end()
}

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  home = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  ;(window as unknown as { happyDOM: { setURL(url: string): void } }).happyDOM.setURL(`${home}/danh-sach`)
})
afterAll(() => void server.close())
beforeEach(() => {
  heard.length = 0
  document.body.innerHTML = ''
})

function openPort(name: string, source?: Source): PortTalk {
  const [near, far] = portPair(name)
  const storages = { local: localStorage, session: sessionStorage }
  const page: Page = { document, location: new URL(location.href), shadowRootOf: openShadowRootOf, storages }
  void answerPort(name, far, { page, sourceOf: () => Promise.resolve(source) })
  return new PortTalk(near, 'qlvb')
}

async function fetchBy(source?: Source): Promise<Buffer> {
  const talk = openPort('document', source)
  talk.say({ kind: 'fetch', key: 'x' })
  const parts: Uint8Array[] = []
  for await (const part of talk.receiveBytes()) parts.push(part)
  return Buffer.concat(parts)
}

const cutAtOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'fulfilled', (error: unknown) => (error instanceof LineLost ? error.cutAt : error))
const codeOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'fulfilled', (error: unknown) => refusalOf(error))

test('a document crosses the port whole', async () => {
  const received = await fetchBy({ by: 'address', url: `${home}/tep` })
  expect(received.equals(document2MiB)).toBe(true)
})

test('the header that the page keeps goes along', async () => {
  sessionStorage.setItem('khoa', '$& chuoi')
  await fetchBy({ by: 'address', url: `${home}/tep`, authorization: { storage: 'session', key: 'khoa', name: 'authorization', template: 'Bearer {value}' } })
  expect(heard[0]?.authorization).toBe('Bearer $& chuoi')
})

test('a postback sends its form with the control that was pressed', async () => {
  document.body.innerHTML = '<form method="post" action="/VanBan.aspx"><input type="hidden" name="__VIEWSTATE" value="v="><input type="hidden" name="__EVENTTARGET" value=""></form>'
  const received = await fetchBy({ by: 'postback', form: document.forms[0] as HTMLFormElement, target: 'ctl$1', argument: '7' })
  expect(received.toString()).toBe('%PDF-1.7 postback')
  expect(Object.fromEntries(new URLSearchParams(heard[0]?.body.toString()))).toEqual({ __VIEWSTATE: 'v=', __EVENTTARGET: 'ctl$1', __EVENTARGUMENT: '7' })
})

test.each([
  ['an expired login', '/het-phien', 'login-expired'],
  ['an error of the site', '/khong-co', 'download-failed'],
])('%s is told by its code', async (_, path, code) => {
  expect(await codeOf(fetchBy({ by: 'address', url: home + path }))).toMatchObject({ code })
})

test('a document that the page no longer shows', async () => {
  expect(await codeOf(fetchBy())).toEqual({ code: 'download-failed', facts: { status: '?' } })
})

async function giveBack(wayBack: ReturnToPage['wayBack'], bytes: Uint8Array, name = 'a.pdf'): Promise<unknown> {
  const talk = openPort('return')
  talk.say({ kind: 'return', name, wayBack })
  await talk.sendBytes(partsOf(new Blob([new Uint8Array(bytes)]).stream()))
  return talk.hear()
}

test('by form: the site\'s own fields and token go along, the signed file is whole', async () => {
  const signed = randomBytes(300_000)
  const way = { by: 'form', url: `${home}/bieu-mau`, form: '#tai-len', fileField: 'tep_da_ky', fields: { tep: '2' }, confirm: 'answer' } as const
  expect(await giveBack(way, signed)).toMatchObject({ kind: 'answered', answer: { status: 200, redirected: false, text: expect.stringContaining('abab') as string } })
  const post = heard.find(({ method }) => method === 'POST')
  expect(post?.path).toBe('/luu?b=1')
  const body = post?.body.toString('latin1') ?? ''
  expect(body).toContain('name="_token"\r\n\r\nbi-mat')
  expect(body).toContain('name="tep"\r\n\r\n2')
  expect(body).toContain(signed.toString('latin1'))
})

test.each([
  ['the login page instead of the form', '/het-phien', { code: 'login-expired' }],
  ['the form leads to another origin', '/bieu-mau-la', { code: 'delivery-elsewhere', facts: { site: '127.0.0.1:9' } }],
  ['the form is not there any more', '/bieu-mau-khac', { code: 'upload-failed', facts: { status: 'form' } }],
])('by form: %s', async (_, path, refusal) => {
  const way = { by: 'form', url: home + path, form: '#tai-len', fileField: 'f', fields: {}, confirm: 'none' } as const
  expect(await codeOf(giveBack(way, randomBytes(10)))).toMatchObject(refusal)
  expect(heard.filter(({ method }) => method === 'POST')).toEqual([])
})

const headerWay = {
  by: 'api', url: '', method: 'PUT', fileField: 'tep', fields: { so: '7' }, confirm: 'answer',
  authorization: { storage: 'local', key: 'khoa', name: 'authorization', template: 'Bearer {value}' },
} as const

test('by an API that wants the header that the page keeps: the file, the fields and the page’s own token go along', async () => {
  localStorage.setItem('khoa', '$& chuoi')
  const signed = randomBytes(300_000)
  const token = { field: '_token', url: `${home}/bieu-mau`, pattern: 'name="_token" value="([^"]+)"' }
  expect(await giveBack({ ...headerWay, url: `${home}/luu/7`, token }, signed)).toMatchObject({ kind: 'answered', answer: { status: 200 } })
  const put = heard.find(({ method }) => method === 'PUT')
  expect(put).toMatchObject({ path: '/luu/7', authorization: 'Bearer $& chuoi' })
  const body = put?.body.toString('latin1') ?? ''
  expect(body).toContain('name="so"\r\n\r\n7')
  expect(body).toContain('name="_token"\r\n\r\nbi-mat')
  expect(body).toContain(signed.toString('latin1'))
})

test('a page that has no such header any more is one whose login is over, and nothing is sent', async () => {
  localStorage.removeItem('khoa')
  expect(await codeOf(giveBack({ ...headerWay, url: `${home}/luu/7` }, randomBytes(10)))).toMatchObject({ code: 'login-expired' })
  expect(heard).toEqual([])
})

test('an API that cannot be reached leaves open what became of the file', async () => {
  localStorage.setItem('khoa', 'x')
  expect(await cutAtOf(giveBack({ ...headerWay, url: 'http://127.0.0.1:9/luu' }, randomBytes(10)))).toBe('unknown')
})

test.each<[string, ReturnToPage['wayBack']]>([
  ['the token of a call', { ...headerWay, token: { field: '_token', url: 'http://127.0.0.1:9/', pattern: '(x)' } }],
  ['the page of a form', { by: 'form', url: 'http://127.0.0.1:9/', form: 'form', fileField: 'f', fields: {}, confirm: 'none' }],
])('%s cannot be reached: nothing has left', async (_, way) => {
  localStorage.setItem('khoa', 'x')
  expect(await cutAtOf(giveBack('url' in way && way.by === 'api' ? { ...way, url: `${home}/luu` } : way, randomBytes(10)))).toBe('unsent')
  expect(heard).toEqual([])
})

test('a form whose answer breaks off leaves open what became of the file', async () => {
  const way = { by: 'form', url: `${home}/bieu-mau-dut`, form: '#tai-len', fileField: 'f', fields: {}, confirm: 'none' } as const
  expect(await cutAtOf(giveBack(way, randomBytes(10)))).toBe('unknown')
  expect(heard.filter(({ method }) => method === 'POST')).toHaveLength(1)
})

test('a next step by a call has the header, its fields and the token, and no file', async () => {
  localStorage.setItem('khoa', 'x')
  const token = { field: '_token', url: `${home}/bieu-mau`, pattern: 'name="_token" value="([^"]+)"' }
  const talk = openPort('return')
  talk.say({ kind: 'step', way: { by: 'api', url: `${home}/luu/phat-hanh`, method: 'POST', fields: { so: '7' }, token, authorization: headerWay.authorization } })
  expect(await talk.hear()).toMatchObject({ kind: 'answered', answer: { status: 200 } })
  const post = heard.find(({ method }) => method === 'POST')
  expect(post).toMatchObject({ path: '/luu/phat-hanh', authorization: 'Bearer x' })
  expect(Object.fromEntries(new URLSearchParams(post?.body.toString()))).toEqual({ so: '7', _token: 'bi-mat' })
})

test('by page: the input holds the file, the page hears of it, its button is pressed', async () => {
  document.body.innerHTML = '<form id="f"><input type="file" id="i"><button type="button" id="b">Gửi</button></form>'
  const events: string[] = []
  const input = document.querySelector<HTMLInputElement>('#i') as HTMLInputElement
  for (const name of ['input', 'change']) input.addEventListener(name, () => events.push(`${name} ${input.files?.[0]?.name ?? ''} ${input.files?.[0]?.size ?? 0}`))
  const pressed = new Promise((resolve) => document.querySelector('#b')?.addEventListener('click', resolve))
  expect(await giveBack({ by: 'page', input: '#i', submit: '#b', confirm: 'none' }, randomBytes(1234), 'Đã ký.pdf')).toEqual({ kind: 'submitted' })
  await pressed
  expect(events).toEqual(['input Đã ký.pdf 1234', 'change Đã ký.pdf 1234'])
})

test('what only the page’s header may ask is asked by the page, on its own site and nowhere else', async () => {
  const ask = (url: string) => {
    const talk = openPort('row')
    talk.say({ kind: 'ask', url, header: headerWay.authorization })
    return talk.hear()
  }
  localStorage.setItem('khoa', 'x')
  expect(await ask(`${home}/luu/ma-bam`)).toMatchObject({ kind: 'answered', answer: { status: 200, text: `SHA-256 ${'ab'.repeat(32)}` } })
  expect(heard).toMatchObject([{ method: 'GET', path: '/luu/ma-bam', authorization: 'Bearer x' }])
  expect(await codeOf(ask('http://127.0.0.1:9/x'))).toMatchObject({ code: 'delivery-elsewhere' })
  expect(await cutAtOf(ask(`${home}/dut`))).toBe('unknown')
  localStorage.removeItem('khoa')
  expect(await codeOf(ask(`${home}/luu/ma-bam`))).toMatchObject({ code: 'login-expired' })
  expect(heard.filter(({ authorization }) => authorization === undefined)).toEqual([])
})

test('a row is looked for on a page of the site that is read anew, and on no other site', async () => {
  const ask = async (path: string, selector: string) => {
    const talk = openPort('row')
    talk.say({ kind: 'row', url: new URL(path, home).href, selector })
    return talk.hear()
  }
  expect(await ask('/bieu-mau', 'form#tai-len')).toEqual({ kind: 'row-is', found: true })
  expect(await ask('/bieu-mau', '#vb-7')).toEqual({ kind: 'row-is', found: false })
  expect(refusalOf(await ask('/het-phien', 'form').catch((thrown: unknown) => thrown)).code).toBe('login-expired')
  expect(refusalOf(await ask('http://127.0.0.1:9/x', 'form').catch((thrown: unknown) => thrown)).code).toBe('delivery-elsewhere')
})
