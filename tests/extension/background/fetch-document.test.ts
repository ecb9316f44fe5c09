import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fetchDocument, type Source } from '../../../extension/background/fetch-document.ts'
import { refusalOf, type Refusal } from '../../../shared/errors.ts'
import { mayServe } from '../../../shared/messages/may-serve.ts'
import { DocumentSite } from './document-site.ts'

let site: DocumentSite
beforeEach(async () => {
  site = await DocumentSite.start()
})
afterEach(async () => {
  vi.useRealTimers()
  await site.stop()
})

const never = new AbortController().signal
const own = (fileHosts: string[] = []): Source => ({ pageOrigin: site.origin, fileHosts })

async function fetchAll(path: string, signal = never): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(fetchDocument(site.origin + path, own(), signal)))
}

async function refusedBy(path: string): Promise<Refusal> {
  return refusalOf(await fetchAll(path).catch((error: unknown) => error))
}

test('a document arrives whole', async () => {
  const bytes = randomBytes(3_000_000)
  site.add('1', bytes)
  expect((await fetchAll('/tep/1')).equals(bytes)).toBe(true)
  expect(site.requests).toEqual(['GET /tep/1'])
})

const html = { 'content-type': 'text/html; charset=utf-8' }

test.each<[string, (response: ServerResponse, path: string) => void, Partial<Refusal>]>([
  ['401', (response) => response.writeHead(401).end(), { code: 'login-expired' }],
  ['403', (response) => response.writeHead(403).end(), { code: 'login-expired' }],
  ['404', (response) => response.writeHead(404).end(), { code: 'download-failed', facts: { status: '404' } }],
  ['500', (response) => response.writeHead(500).end('x'), { code: 'download-failed', facts: { status: '500' } }],
  ['a redirect to the login', (response, path) => (path === '/x' ? response.writeHead(302, { location: '/dang-nhap?tiep=x' }).end() : response.writeHead(200, html).end('<p>Xin chao')), { code: 'login-expired' }],
  ['a login page called 200', (response) => response.writeHead(200, html).end('<!doctype html><form><input name=p type="password"></form>'), { code: 'login-expired' }],
  ['a login page called a PDF', (response) => response.writeHead(200, { 'content-type': 'application/pdf' }).end('<!DOCTYPE HTML><input type=password>'), { code: 'login-expired' }],
  ['a page that is no document', (response) => response.writeHead(200, html).end('<html><h1>Loi</h1></html>'), { code: 'download-failed', facts: { status: 'html' } }],
  ['too large by its own word', (response) => response.writeHead(200, { 'content-length': '200000000' }).write('%PDF-'), { code: 'document-too-large', facts: { size: '191 MB', limit: '100 MB' } }],
  ['a broken line', (response) => response.destroy(), { code: 'download-failed', facts: { status: 'network' } }],
])('%s is told by its code', async (_, answer, refusal) => {
  site.onRequest = (request, response) => answer(response, request.url ?? '')
  expect(await refusedBy('/x')).toMatchObject(refusal)
})

test('text that is no page passes: the agent says what it is', async () => {
  site.onRequest = (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('%PDF-1.7 with a wrong type')
  expect((await fetchAll('/x')).toString()).toContain('%PDF-1.7')
})

test('too large without a word about it', async () => {
  site.onRequest = (_, response) => {
    response.writeHead(200)
    const part = Buffer.alloc(4 * 1024 * 1024, 'x')
    const more = (): void => {
      while (!response.destroyed && response.write(part));
      response.once('drain', more)
    }
    more()
  }
  expect(await refusedBy('/x')).toMatchObject({ code: 'document-too-large' })
})

test('silence in the middle', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  site.onRequest = (_, response) => void response.writeHead(200).write('%PDF-1.7')
  const parts = fetchDocument(`${site.origin}/x`, own(), never)
  await parts.next()
  const rest = parts.next().catch((error: unknown) => refusalOf(error))
  await vi.advanceTimersByTimeAsync(8_000)
  expect(await rest).toEqual({ code: 'download-failed', facts: { status: 'silent' } })
})

test('its signal ends it', async () => {
  const stop = new AbortController()
  site.onRequest = (_, response) => void response.writeHead(200).write('%PDF-1.7')
  const parts = fetchDocument(`${site.origin}/x`, own(), stop.signal)
  await parts.next()
  stop.abort(new Error('enough'))
  await expect(parts.next()).rejects.toThrow('enough')
})

async function withOther(use: (other: DocumentSite, url: string) => Promise<void>): Promise<void> {
  const other = await DocumentSite.start()
  try {
    await use(other, other.add('mat', Buffer.from('%PDF-1.7 of another system')))
  } finally {
    await other.stop()
  }
}

const read = (url: string, source: Source) => Array.fromAsync(fetchDocument(url, source, never)).then((parts) => Buffer.concat(parts).toString(), refusalOf)

test('a document that the page names at another system is not even asked for', () =>
  withOther(async (other, url) => {
    expect(await read(url, own())).toEqual({ code: 'document-elsewhere', facts: { site: new URL(url).host } })
    expect(other.requests).toEqual([])
  }))

test('a redirect into another system hands out nothing of it', () =>
  withOther(async (other, url) => {
    site.onRequest = (_, response) => void response.writeHead(302, { location: url }).end()
    expect(await refusedBy('/tep/chuyen')).toEqual({ code: 'document-elsewhere', facts: { site: new URL(other.origin).host } })
  }))

test('a redirect to a page of another host is the login that systems share', () =>
  withOther(async (other) => {
    other.onRequest = (_, response) => void response.writeHead(200, html).end('<!doctype html><h1>SSO</h1>')
    site.onRequest = (_, response) => void response.writeHead(302, { location: `${other.origin}/` }).end()
    expect(await refusedBy('/tep/chuyen')).toEqual({ code: 'login-expired', facts: { site: new URL(site.origin).host } })
  }))

test('a host that the descriptor names hands out files, directly and by a redirect', () =>
  withOther(async (other, url) => {
    const named = own([new URL(other.origin).host])
    site.onRequest = (_, response) => void response.writeHead(302, { location: url }).end()
    expect(await read(url, named)).toBe('%PDF-1.7 of another system')
    expect(await read(`${site.origin}/chuyen`, named)).toBe('%PDF-1.7 of another system')
  }))

test.each<[string, string, string[], boolean]>([
  ['https://qlvb.vn', 'https://qlvb.vn/1.pdf', [], true],
  ['https://qlvb.vn', 'http://qlvb.vn/1.pdf', [], false],
  ['https://qlvb.vn', 'https://qlvb.vn:8443/1.pdf', [], false],
  ['https://qlvb.vn', 'https://tep.qlvb.vn/1.pdf', [], false],
  ['https://qlvb.vn', 'https://tep.qlvb.vn/1.pdf', ['tep.qlvb.vn'], true],
  ['https://qlvb.vn', 'http://tep.qlvb.vn/1.pdf', ['tep.qlvb.vn'], false],
  ['http://qlvb.vn', 'http://tep.qlvb.vn/1.pdf', ['tep.qlvb.vn'], true],
  ['https://qlvb.vn', 'ftp://tep.qlvb.vn/1.pdf', ['tep.qlvb.vn'], false],
])('for a page of %s, %s (file hosts %j): %s', (pageOrigin, address, fileHosts, may) => {
  expect(mayServe(pageOrigin, new URL(address), fileHosts)).toBe(may)
})
