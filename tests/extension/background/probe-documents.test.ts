import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FoundInTab, FoundTab } from '../../../extension/background/find-in-tab.ts'
import { dispositionName, probeFound } from '../../../extension/background/probe-documents.ts'
import { DocumentSite } from './document-site.ts'

let site: DocumentSite
let asked: string[]
/** What each path answers. */
let answers: Record<string, { status?: number; headers?: Record<string, string>; onlyGet?: boolean }>
beforeEach(async () => {
  site = await DocumentSite.start()
  asked = []
  answers = {}
  site.onRequest = ({ method = '', url = '', headers }, response) => {
    asked.push([method, url, headers.range].filter(Boolean).join(' '))
    const { status = 200, headers: told = {}, onlyGet = false } = answers[url] ?? { status: 404 }
    response.writeHead(onlyGet && method === 'HEAD' ? 405 : status, told).end()
  }
})
afterEach(() => site.stop())

function link(path: string, rest: Partial<FoundInTab> = {}): FoundInTab {
  const url = `${site.origin}${path}`
  return { key: path, frameKey: path, frameId: 0, url, byPage: false, name: path.slice(1), certainty: 'probable', ...rest }
}

const tabOf = (documents: FoundInTab[], rest: Partial<FoundTab> = {}): FoundTab => ({ tabId: 1, site: site.origin, siteName: '', listed: true, opensLoudly: false, documents, ...rest })
const shown = async (...documents: FoundInTab[]) => (await probeFound(tabOf(documents))).documents.map(({ name, certainty }) => [name, certainty])
const pdf = { 'content-type': 'application/pdf' }

test('a PDF becomes sure under the name that the system gives it; what is none leaves the list', async () => {
  answers = { '/x1': { headers: { ...pdf, 'content-disposition': "attachment; filename*=UTF-8''C%C3%B4ng%20v%C4%83n.pdf" } }, '/x2': { headers: { 'content-type': 'text/html' } } }
  expect(await shown(link('/x1'), link('/x2'))).toEqual([['Công văn.pdf', 'certain']])
})

test('what the system does not tell stays as unsure as it was', async () => {
  answers = { '/bytes': { headers: { 'content-type': 'application/octet-stream' } }, '/broken': { status: 500 } }
  expect(await shown(link('/bytes'), link('/broken'))).toEqual([['bytes', 'probable'], ['broken', 'probable']])
})

test('where there is no HEAD, the first bytes are asked for', async () => {
  answers = { '/get': { headers: pdf, onlyGet: true } }
  expect(await shown(link('/get'))).toEqual([['get', 'certain']])
  expect(asked).toEqual(['HEAD /get', 'GET /get bytes=0-1023'])
})

test('two addresses with the same digest are one document', async () => {
  const marked = { headers: { ...pdf, 'repr-digest': 'sha-256=:abc:' } }
  answers = { '/one': marked, '/other': marked, '/third': { headers: pdf } }
  expect((await shown(link('/one'), link('/other'), link('/third'))).map(([name]) => name)).toEqual(['one', 'third'])
})

test('nothing is asked of what is secret, sure, the page’s alone, or elsewhere; nor at all where opening marks as read', async () => {
  const untouched = [link('/a', { secrecy: 'Mật' }), link('/b', { certainty: 'certain' }), link('/c', { byPage: true }), link('/d', { url: 'http://other.example/d' })]
  expect((await probeFound(tabOf(untouched))).documents).toEqual(untouched)
  await probeFound(tabOf([link('/e')], { opensLoudly: true }))
  expect(asked).toEqual([])
})

test('at most 24 are asked for, three at a time', async () => {
  let [under, most] = [0, 0]
  site.onRequest = ({ url = '' }, response) => {
    asked.push(url)
    most = Math.max(most, ++under)
    setImmediate(() => {
      under--
      response.writeHead(200, pdf).end()
    })
  }
  const documents = await shown(...Array.from({ length: 40 }, (_, index) => link(`/n${index}`)))
  expect(documents.filter(([, certainty]) => certainty === 'certain')).toHaveLength(24)
  expect([asked.length, most <= 3]).toEqual([24, true])
})

describe('the name in Content-Disposition', () => {
  test.each([
    ['attachment; filename="a b.pdf"', 'a b.pdf'],
    ['attachment; filename=a.pdf; size=3', 'a.pdf'],
    ["attachment; filename=x.pdf; filename*=UTF-8''Q%C4%90.pdf", 'QĐ.pdf'],
    ["attachment; filename=x.pdf; filename*=UTF-8''%ZZ.pdf", 'x.pdf'],
    [`attachment; filename="${Buffer.from('Quyết định.pdf').toString('latin1')}"`, 'Quyết định.pdf'],
    ['inline', undefined],
    ['attachment; filename=""', undefined],
  ])('%s', (header, name) => {
    expect(dispositionName(header)).toBe(name)
  })
})
