import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Window } from 'happy-dom'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findDocuments } from '../../../extension/page/find-documents.ts'
import { gatherFurther } from '../../../extension/page/gather-further.ts'
import { openPage } from './open-fixture.ts'

let server: Server
let origin: string
let pages: Map<string, string>
let asked: string[]
beforeEach(async () => {
  pages = new Map()
  asked = []
  server = createServer(({ url = '' }, response) => {
    asked.push(url)
    const html = pages.get(url)
    response.writeHead(html === undefined ? 500 : 200, { 'content-type': 'text/html; charset=utf-8' }).end(html)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  vi.stubGlobal('DOMParser', new Window({ url: origin }).DOMParser)
})
afterEach(() => {
  vi.unstubAllGlobals()
  server.closeAllConnections()
  server.close()
})

const listOf = (numbers: number[], next?: string) =>
  `<!doctype html><html><body><ul>${numbers.map((number) => `<li><a href="/tep/${number}.pdf">Văn bản ${number}</a></li>`).join('')}</ul>${next === undefined ? '' : `<nav><a rel="next" href="${next}">Sau</a></nav>`}</body></html>`

async function gather(first: string) {
  const page = openPage(first, `${origin}/vb?trang=1`)
  const { found } = await gatherFurther(await findDocuments([], page), [], page)
  return { ...found, documents: found.documents.map(({ url = '' }) => url.slice(origin.length)) }
}

test('all pages of the list, each document once, and nothing is left to read', async () => {
  pages.set('/vb?trang=2', listOf([2, 3], '/vb?trang=3')).set('/vb?trang=3', listOf([4]))
  const { documents, hasFurther } = await gather(listOf([1, 2], '/vb?trang=2'))
  expect(documents).toEqual(['/tep/1.pdf', '/tep/2.pdf', '/tep/3.pdf', '/tep/4.pdf'])
  expect(hasFurther).toBeUndefined()
  expect(asked).toEqual(['/vb?trang=2', '/vb?trang=3'])
})

test('a last page that points at itself, or back, ends the reading', async () => {
  pages.set('/vb?trang=2', listOf([2], '/vb?trang=3')).set('/vb?trang=3', listOf([2], '/vb?trang=2'))
  expect((await gather(listOf([1], '/vb?trang=2'))).documents).toEqual(['/tep/1.pdf', '/tep/2.pdf'])
  expect(asked).toHaveLength(2)
})

test('what could not be read is told beside what was', async () => {
  pages.set('/vb?trang=2', listOf([2], '/hong'))
  const { documents, hasFurther, refusal } = await gather(listOf([1], '/vb?trang=2'))
  expect([documents, hasFurther, refusal?.code]).toEqual([['/tep/1.pdf', '/tep/2.pdf'], true, 'download-failed'])
})

test('a login in the place of a page is said as such', async () => {
  pages.set('/vb?trang=2', '<form action="/dang-nhap"><input type="password"></form>')
  expect((await gather(listOf([1], '/vb?trang=2'))).refusal?.code).toBe('login-expired')
})
