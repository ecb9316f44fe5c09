import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startBackground } from '../../../extension/background/start-background.ts'
import type { Pairing } from '../../../extension/link/pairing-keys.ts'
import type { FoundDocument } from '../../../shared/messages/page.ts'
import type { Command } from '../../../shared/messages/view.ts'
import { FakeAgent } from '../link/fake-agent.ts'
import { eventually } from '../eventually.ts'
import { BatchAgent } from './batch-agent.ts'
import { DocumentSite } from './document-site.ts'
import { extensionOrigin, FakeBrowser, type FakeWindow } from './fake-browser.ts'
import { memoryFiles } from './memory-files.ts'

const tabId = 7
const certificate = {
  sha256: 'ab'.repeat(32),
  holder: 'Nguyễn Văn An',
  organisation: 'Sở Nội vụ',
  issuer: 'CA',
  serialNumber: '01',
  validFrom: '2026-01-01T00:00:00Z',
  validTo: '2030-01-01T00:00:00Z',
  token: 'USB',
  kind: 'token',
  role: 'person',
}

let site: DocumentSite
let agent: FakeAgent
let session: BatchAgent
let browser: FakeBrowser
/** Of one test alone: the background of an earlier one may still look for its agent. */
let store: { pairing: Pairing | undefined }
beforeEach(async () => {
  site = await DocumentSite.start()
  agent = await FakeAgent.start()
  session = new BatchAgent(agent)
  session.certificates = [certificate]
  browser = new FakeBrowser()
  store = { pairing: await agent.share() }
  const { port: agentPort } = agent
  browser.api.storage.managed.get = () => Promise.resolve({ agentPort })
  browser.permitted.add(`${site.origin}/*`)
})
const windows: FakeWindow[] = []
afterEach(async () => {
  for (const window of windows.splice(0)) window.close()
  browser.disk = {}
  await Promise.all([site.stop(), agent.stop()])
})

const panels: (number | undefined)[] = []

function start(): void {
  const own = store
  panels.length = 0
  startBackground({
    browser: browser.browser,
    origin: extensionOrigin,
    browserName: 'Chromium',
    pairings: { read: () => Promise.resolve(own.pairing), write: (pairing) => Promise.resolve(void (own.pairing = pairing)), forget: () => Promise.resolve(void (own.pairing = undefined)), wasForgotten: () => Promise.resolve(false) },
    blobToAddress: () => Promise.resolve({ url: 'blob:x', release: () => undefined }),
    diskFiles: memoryFiles(),
    builtIn: [],
    openPanel: (windowId) => panels.push(windowId),
  })
}

function open(): FakeWindow {
  const window = browser.openWindow()
  windows.push(window)
  return window
}

function found(...documents: FoundDocument[]) {
  return { site: site.origin, siteName: 'QLVB', documents }
}

function makeDocument(id: string): FoundDocument {
  const token = { field: '_token', url: `${site.origin}/trang/`, pattern: 'name="t" content="([^"]+)"' }
  const url = site.add(id, randomBytes(1_000))
  const wayBack = { by: 'api', url: `${site.origin}/tra/${id}`, method: 'POST', fileField: 'tep', fields: {}, token, confirm: 'answer' } as const
  return { key: url, url, byPage: false, name: `${id}.pdf`, number: `${id}/CV`, certainty: 'certain', wayBack }
}

async function ready(): Promise<FakeWindow> {
  start()
  const window = open()
  await eventually(() => window.view?.certificatesKnown).toBe(true)
  window.send({ kind: 'site-added', origin: site.origin })
  await eventually(() => window.view?.sites).toHaveLength(1)
  return window
}

const keysIn = (window: FakeWindow): string[] => window.view?.found?.documents.map(({ key }) => key) ?? []

test('a window sees the link, the certificates and the language, and nothing of a page that is not listed', async () => {
  browser.tabs.set(tabId, { url: `${site.origin}/ds`, frames: new Map([[0, found(makeDocument('1'))]]) })
  start()
  const window = open()
  await eventually(() => window.view?.link).toEqual({ state: 'ready', agentVersion: '0.1.0' })
  await eventually(() => window.view).toMatchObject({ language: 'vi', certificates: [certificate], batches: [], sites: [] })
  window.send({ kind: 'find', tabId })
  await eventually(() => window.view?.found).toMatchObject({ tabId, site: site.origin, listed: false, documents: [] })
  expect(browser.asked).toEqual([])
})

test('the sites that the office fixed reach the windows as the agent tells them; where it fixed none, the clerk chooses', async () => {
  session.listedSites = ['https://qlvb.anphu.gov.vn']
  start()
  const window = open()
  await eventually(() => window.view?.fixed.sites).toEqual(['https://qlvb.anphu.gov.vn'])
  window.send({ kind: 'site-added', origin: site.origin })
  await eventually(() => window.answers.at(-1)).toMatchObject({ refusal: { code: 'site-not-listed' } })
  expect(window.view?.sites).toEqual([])
})

test('adding the site reads the page at once; every frame is read, one that is silent stops nothing, and the same address is one document', async () => {
  const [one, two] = [makeDocument('1'), makeDocument('2')]
  browser.tabs.set(tabId, { url: `${site.origin}/ds`, frames: new Map([[0, found(one)], [3, undefined], [5, { ...found(one, two), siteName: 'khung' }]]) })
  start()
  const window = open()
  window.send({ kind: 'find', tabId })
  await eventually(() => window.view?.found?.listed).toBe(false)
  window.send({ kind: 'site-added', origin: site.origin })
  await eventually(() => keysIn(window)).toEqual([`0|${one.url ?? ''}`, `5|${two.url ?? ''}`])
  expect(window.view?.found).toMatchObject({ listed: true, siteName: 'QLVB' })
  expect(browser.menus).toMatchObject([{ documentUrlPatterns: [`${site.origin}/*`] }])
  window.send({ kind: 'remove-site', origin: site.origin })
  await eventually(() => window.view?.found?.listed).toBe(false)
  expect(browser.menus).toEqual([])
})

test('opened over the next page of a tab, a window never shows the documents of the page before', async () => {
  const [before, after] = [makeDocument('1'), makeDocument('2')]
  browser.tabs.set(tabId, { url: `${site.origin}/ds`, frames: new Map([[0, found(before)]]) })
  const first = await ready()
  first.send({ kind: 'find', tabId })
  await eventually(() => keysIn(first)).toEqual([`0|${before.url ?? ''}`])
  first.close()

  browser.tabs.set(tabId, { url: `${site.origin}/ds?trang=2`, frames: new Map([[0, found(after)]]) })
  const isRead = Promise.withResolvers<undefined>()
  const { sendMessage } = browser.api.tabs
  browser.api.tabs.sendMessage = (...words) => isRead.promise.then(() => sendMessage(...words))
  const second = open()
  second.send({ kind: 'find', tabId })
  second.send({ kind: 'set-language', language: 'en' })
  await eventually(() => second.view?.language).toBe('en')
  expect(second.view?.found).toBeUndefined()
  isRead.resolve(undefined)
  await eventually(() => keysIn(second)).toEqual([`0|${after.url ?? ''}`])
})

test('the whole trip by commands: find, sign, approve, returned, one notification', async () => {
  browser.tabs.set(tabId, { url: `${site.origin}/ds`, frames: new Map([[0, found(makeDocument('1'), makeDocument('2'), makeDocument('3'))]]) })
  const window = await ready()
  window.send({ kind: 'find', tabId })
  await eventually(() => keysIn(window)).toHaveLength(3)
  const [first = '', , third = ''] = keysIn(window)
  window.send({ kind: 'sign', tabId, keys: [first, third, first], certificateSha256: certificate.sha256, profile: 'issue', ownCertificateSha256: 'c3'.repeat(32) })
  await eventually(() => window.view?.batches[0]?.state).toBe('offered')
  const batch = window.view?.batches[0]
  expect(browser.windows).toEqual([`${extensionOrigin}/sign.html?batch=${batch?.batchId ?? ''}`])
  expect(session.log[0]).toMatchObject({ step: 'open', profile: 'issue', pageOrigin: site.origin, certificateSha256: certificate.sha256, ownCertificateSha256: 'c3'.repeat(32) })
  expect(batch?.documents.map(({ name }) => name)).toEqual(['1.pdf', '3.pdf'])
  expect(Object.values(batch?.labels ?? {})).toEqual([{ name: '1.pdf', number: '1/CV' }, { name: '3.pdf', number: '3/CV' }])
  expect(browser.alarms.has('watchdog')).toBe(true)
  window.send({ kind: 'approve', batchId: batch?.batchId ?? '' })
  await eventually(() => window.view?.batches[0]?.documents.map(({ state }) => state)).toEqual(['delivered', 'delivered'])
  await eventually(() => browser.notifications).toHaveLength(1)
  expect(browser.notifications[0]).toMatchObject({ title: 'Lượt ký đã xong', message: 'QLVB\nĐã ký và trả về hệ thống 2 văn bản.' })
  expect(browser.alarms.has('watchdog')).toBe(false)
  expect(window.view?.lastCertificate).toEqual({ [site.origin]: { issue: certificate.sha256 } })
  expect(window.view?.lastDetails).toEqual({ [site.origin]: { ownCertificateSha256: 'c3'.repeat(32) } })
  expect(window.view?.batches[0]?.firstSignedAt).toBeDefined()
  expect(window.answers.filter(({ refusal }) => refusal !== undefined)).toEqual([])
  window.send({ kind: 'dismiss', batchId: batch?.batchId ?? '' })
  await eventually(() => window.view?.batches).toEqual([])
  expect(Object.keys(browser.disk).filter((key) => /^(batch|delivery):/.test(key))).toEqual([])
})

test('a list that is not what the windows show is not approved', async () => {
  browser.tabs.set(tabId, { url: `${site.origin}/ds`, frames: new Map([[0, found(makeDocument('1'))]]) })
  const window = await ready()
  window.send({ kind: 'find', tabId })
  await eventually(() => keysIn(window)).toHaveLength(1)
  session.digestListSha256 = 'cd'.repeat(32)
  window.send({ kind: 'sign', tabId, keys: keysIn(window), certificateSha256: certificate.sha256, profile: 'approve' })
  await eventually(() => window.view?.batches[0]?.state).toBe('offered')
  const batchId = window.view?.batches[0]?.batchId ?? ''
  window.send({ kind: 'approve', batchId })
  await eventually(() => window.answers.at(-1)).toEqual({ about: 'approve', batchId, refusal: { code: 'document-changed', facts: {} } })
  expect(session.log.some(({ step }) => step === 'approve')).toBe(false)
})

test.each([
  ['nothing chosen', { kind: 'sign', tabId, keys: ['0|nothing'], certificateSha256: 'ab'.repeat(32), profile: 'approve' }, 'batch-empty'],
  ['a batch that is not there', { kind: 'approve', batchId: '00000000-0000-4000-8000-000000000000' }, 'batch-unknown'],
  ['a site without permission', { kind: 'site-added', origin: 'https://other.vn' }, 'site-not-listed'],
] satisfies [string, Command, string][])('%s is answered by its code', async (_, command, code) => {
  browser.tabs.set(tabId, { url: `${site.origin}/ds`, frames: new Map([[0, found(makeDocument('1'))]]) })
  const window = await ready()
  window.send(command)
  await eventually(() => window.answers.at(-1)?.refusal?.code).toBe(code)
})

test('signing without an agent is answered with the reason', async () => {
  browser.tabs.set(tabId, { url: `${site.origin}/ds`, frames: new Map([[0, found(makeDocument('1'))]]) })
  const window = await ready()
  window.send({ kind: 'find', tabId })
  await eventually(() => keysIn(window)).toHaveLength(1)
  store.pairing = undefined
  agent.socket?.terminate()
  await eventually(() => window.view?.link.state).not.toBe('ready')
  window.send({ kind: 'sign', tabId, keys: keysIn(window), certificateSha256: certificate.sha256, profile: 'approve' })
  await eventually(() => window.answers.at(-1)).toEqual({ about: 'sign', refusal: { code: 'agent-not-paired', facts: {} } })
})

test('pairing from a window: the key is kept when the clerk has agreed there too, and not before', async () => {
  store.pairing = undefined
  start()
  const window = open()
  window.send({ kind: 'pair' })
  await eventually(() => window.view?.link).toMatchObject({ state: 'pairing', awaits: 'here' })
  expect(store.pairing).toBeUndefined()
  window.send({ kind: 'digits-agree' })
  await eventually(() => window.view?.link.state).toBe('ready')
  expect(store.pairing).toMatchObject({ port: agent.port })
})

test('retry opens one new batch for what could not be fetched, however often the clerk clicks', async () => {
  const documents = [makeDocument('1'), makeDocument('2')]
  browser.tabs.set(tabId, { url: `${site.origin}/ds`, frames: new Map([[0, found(...documents)]]) })
  const bytes = site.files.get('1') ?? Buffer.alloc(0)
  site.files.delete('1')
  const window = await ready()
  window.send({ kind: 'find', tabId })
  await eventually(() => keysIn(window)).toHaveLength(2)
  window.send({ kind: 'sign', tabId, keys: keysIn(window), certificateSha256: certificate.sha256, profile: 'approve' })
  await eventually(() => window.view?.batches[0]?.state).toBe('offered')
  const batchId = window.view?.batches[0]?.batchId ?? ''
  site.files.set('1', bytes)
  const retry = { kind: 'retry', batchId, documentIds: session.documents.map(({ documentId }) => documentId) } as const
  const asked = window.answers.length
  window.send(retry)
  window.send(retry)
  await eventually(() => window.answers).toHaveLength(asked + 2)
  await eventually(() => window.view?.batches.length).toBe(2)
  await eventually(() => window.view?.batches[1]).toMatchObject({ state: 'offered', documents: [{ name: '1.pdf', state: 'received' }] })
  expect(browser.windows).toHaveLength(2)
  window.send(retry)
  await eventually(() => window.answers).toHaveLength(asked + 3)
  expect([window.view?.batches.length, browser.windows.length]).toEqual([2, 2])
})

test('a login that is over: the batch waits, and goes on when a page of the site comes up after it, or when the clerk says so', async () => {
  const documents = [makeDocument('1'), makeDocument('2')]
  browser.tabs.set(tabId, { url: `${site.origin}/ds`, frames: new Map([[0, found(...documents)]]) })
  const window = await ready()
  window.send({ kind: 'find', tabId })
  await eventually(() => keysIn(window)).toHaveLength(2)
  site.isLoggedOut = true
  window.send({ kind: 'sign', tabId, keys: keysIn(window), certificateSha256: certificate.sha256, profile: 'approve' })
  await eventually(() => window.view?.batches[0]?.awaitsLogin?.code).toBe('login-expired')
  const { batchId = '', state } = window.view?.batches[0] ?? {}
  expect(state).toBe('open')
  window.send({ kind: 'retry', batchId })
  await eventually(() => site.requests.filter((request) => request.startsWith('GET /tep/'))).toHaveLength(4)
  await eventually(() => window.view?.batches[0]?.awaitsLogin?.code).toBe('login-expired')
  site.isLoggedOut = false
  browser.emit('message', { kind: 'sites' }, { tab: { id: tabId }, url: `${site.origin}/trang-chu` })
  await eventually(() => window.view?.batches[0]?.state).toBe('offered')
  expect(window.view?.batches[0]?.awaitsLogin).toBeUndefined()
  expect(window.view?.batches).toHaveLength(1)
})

test('the language is kept and used', async () => {
  const window = await ready()
  window.send({ kind: 'set-language', language: 'en' })
  await eventually(() => window.view?.language).toBe('en')
  await eventually(() => browser.menus).toMatchObject([{ title: 'Sign this document' }])
  expect(browser.disk['language']).toBe('en')
})

test('only the extension\'s own pages are heard', async () => {
  start()
  const stranger = browser.openWindow('https://qlvb.example.vn/')
  const twin = browser.openWindow(`${extensionOrigin}.example.vn/`)
  const own = open()
  await eventually(() => own.views).toBeGreaterThan(0)
  expect([stranger.views, twin.views]).toEqual([0, 0])
})

test('the badge adds up the frames of a tab', async () => {
  browser.tabs.set(tabId, { url: `${site.origin}/ds`, frames: new Map([[0, found()], [2, found()]]), counts: new Map([[0, 20], [2, 4]]) })
  browser.tabs.set(8, { url: 'http://127.0.0.1:1/ds', frames: new Map([[0, found()]]), counts: new Map([[0, 3]]) })
  browser.disk['sites'] = [site.origin]
  start()
  // Where patterns have no ports, the script runs on every port of the host.
  browser.emit('message', { kind: 'count', count: 3 }, { tab: { id: 8, url: 'http://127.0.0.1:1/ds' } })
  browser.emit('message', { kind: 'count', count: 4 }, { tab: { id: tabId, url: `${site.origin}/ds` } })
  browser.emit('message', { kind: 'count', count: 20 }, { tab: { id: tabId, url: `${site.origin}/ds` } })
  await eventually(() => browser.badges.get(tabId)).toBe('24')
  expect(browser.badges.has(8)).toBe(false)
})

test('a link of the page, by its menu: signed with the one certificate there is, the panel opened within the click', async () => {
  const document = makeDocument('1')
  browser.tabs.set(tabId, { url: `${site.origin}/ds`, frames: new Map([[0, found(document)]]) })
  const window = await ready()
  browser.emit('menu', { menuItemId: 'sign-link', linkUrl: document.url, frameId: 0 }, { id: tabId, windowId: 3 })
  expect(panels).toEqual([3])
  await eventually(() => window.view?.batches[0]).toMatchObject({ state: 'offered', profile: 'approve', documents: [{ name: '1.pdf' }] })
  expect(browser.popups).toBe(0)
})

test('where a certificate has to be chosen, the menu opens the toolbar\'s window', async () => {
  const document = makeDocument('1')
  browser.tabs.set(tabId, { url: `${site.origin}/ds`, frames: new Map([[0, found(document)]]) })
  session.certificates = [certificate, { ...certificate, sha256: 'cd'.repeat(32) }]
  await ready()
  browser.emit('menu', { menuItemId: 'sign-link', linkUrl: document.url, frameId: 0 }, { id: tabId, windowId: 3 })
  await eventually(() => browser.popups).toBe(1)
  expect(session.log).toEqual([])
})

test('the first installation welcomes, an update does not', async () => {
  start()
  browser.emit('installed', { reason: 'update' })
  browser.emit('installed', { reason: 'install' })
  await eventually(() => browser.windows).toEqual([`${extensionOrigin}/welcome.html`])
})
