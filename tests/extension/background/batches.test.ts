import { randomBytes, randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Storage } from 'webextension-polyfill'
import { Batches, type BatchesParts } from '../../../extension/background/batches.ts'
import { CursorStore, type BatchCursor, type CursorDocument } from '../../../extension/background/cursor.ts'
import { fetchDocument } from '../../../extension/background/fetch-document.ts'
import { SiteApi } from '../../../extension/background/return-by-api.ts'
import { Connection, type Incoming } from '../../../extension/link/connection.ts'
import { findAgent } from '../../../extension/link/find-agent.ts'
import type { Pairing } from '../../../extension/link/pairing-keys.ts'
import { refusalOf } from '../../../shared/errors.ts'
import type { WayBack } from '../../../shared/messages/way-back.ts'
import type { BatchOnScreen } from '../../../shared/messages/view.ts'
import { FakeAgent, origin } from '../link/fake-agent.ts'
import { eventually } from '../eventually.ts'
import { BatchAgent } from './batch-agent.ts'
import { digestOf, DocumentSite } from './document-site.ts'
import { pageOf } from './page-of-site.ts'

let site: DocumentSite
let agent: FakeAgent
let pairing: Pairing
let session: BatchAgent
/** Addresses of pages that show the row which is looked for. */
let rows: Set<string>
/** What is on the disk of the browser; it outlives a worker. */
let disk: Record<string, unknown>
beforeEach(async () => {
  site = await DocumentSite.start()
  agent = await FakeAgent.start()
  pairing = await agent.share()
  session = new BatchAgent(agent)
  disk = {}
  rows = new Set()
})
afterEach(async () => {
  await Promise.all([site.stop(), agent.stop()])
})

function diskArea(): Storage.StorageArea {
  const area = {
    get: () => Promise.resolve(structuredClone(disk)),
    set: (items: Record<string, unknown>) => Promise.resolve(void Object.assign(disk, structuredClone(items))),
    remove: (keys: string | string[]) => Promise.resolve([keys].flat().forEach((key) => Reflect.deleteProperty(disk, key))),
  }
  return area as unknown as Storage.StorageArea
}

interface Worker {
  batches: Batches
  connection: Connection
  ended: BatchOnScreen[]
  saved: { name: string; bytes: Buffer }[]
  /** The browser ends the worker: nothing of it acts any more. */
  end: () => void
}

/** A worker from its start: reads the disk, connects, resumes. */
async function startWorker({ toPage, stepByPage, askPage }: Partial<Pick<BatchesParts, 'toPage' | 'stepByPage' | 'askPage'>> = {}): Promise<Worker> {
  const store = new CursorStore(diskArea())
  const { cursors, deliveries } = await store.load()
  const ended: BatchOnScreen[] = []
  const saved: Worker['saved'] = []
  const { socket, agentVersion } = await findAgent([agent.port], origin, pairing)
  const connection = new Connection(socket, agentVersion)
  const batches = new Batches({
    store,
    deliveries,
    api: new SiteApi(),
    save: async (name, file) => void saved.push({ name, bytes: Buffer.from(await file.arrayBuffer()) }),
    fetch: (_cursor, document, signal) => fetchDocument(document.url ?? '', { pageOrigin: site.origin, fileHosts: [] }, signal),
    toPage: toPage ?? (() => Promise.reject(new Error('no page'))),
    stepByPage: stepByPage ?? (() => Promise.reject(new Error('no page'))),
    askPage: askPage ?? (() => Promise.reject(new Error('no page'))),
    stepByClick: () => Promise.reject(new Error('no page')),
    findRow: (_cursor, row) => Promise.resolve(rows.has(row.url)),
    nameOf: (pageOrigin) => pageOrigin,
    changed: () => undefined,
    ended: (batch) => ended.push(batch),
  })
  batches.restore(cursors)
  connection.onMessage((message: Incoming) => {
    if (message.kind === 'sign' && (message.step === 'batch' || message.step === 'document')) batches.hear(message)
    if (message.kind === 'refused' && message.batchId !== undefined) batches.hearRefusal(message.about, message.batchId, message.refusal)
  })
  batches.attend(connection)
  return { batches, connection, ended, saved, end: () => connection.close() }
}

function apiWay(id: string, confirm: 'digest' | 'answer' = 'digest'): WayBack {
  const token = { field: '_token', url: `${site.origin}/trang/`, pattern: 'name="t" content="([^"]+)"' }
  const digest = confirm === 'digest' ? { digestUrl: `${site.origin}/ma-bam/${id}` } : {}
  return { by: 'api', url: `${site.origin}/tra/${id}`, method: 'POST', fileField: 'tep', fields: { id }, token, confirm, ...digest }
}

const header = { storage: 'local', key: 'khoa', name: 'authorization', template: 'Bearer {value}' } as const
/** The same call, which the page makes with the header that its storage holds. */
const headerWay = (id: string): WayBack => ({ ...apiWay(id), authorization: header }) as WayBack

function cursorOf(documents: (Partial<CursorDocument> & { name: string })[]): BatchCursor {
  return {
    batchId: randomUUID(),
    tabId: 1,
    pageOrigin: site.origin,
    siteName: 'QLVB',
    profile: 'approve',
    certificateSha256: 'ab'.repeat(32),
    startedAt: new Date().toISOString(),
    documents: documents.map((document) => ({ documentId: randomUUID(), key: document.name, frameId: 0, byPage: false, ...document })),
  }
}

function makeDocuments(count: number, way = apiWay): (Partial<CursorDocument> & { name: string })[] {
  return Array.from({ length: count }, (_, index) => ({ name: `${index}.pdf`, url: site.add(String(index), randomBytes(300_000 + index)), wayBack: way(String(index)) }))
}

const states = (): string[] => session.documents.map(({ state }) => state)

function approve({ connection }: Worker, { batchId }: BatchCursor, more: { sendOn?: true } = {}): void {
  connection.send({ kind: 'sign', step: 'approve', batchId, digestListSha256: 'ab'.repeat(32), ...more })
}

test('a batch goes its whole way: fetched once, signed, returned, confirmed by digest', async () => {
  const worker = await startWorker()
  const cursor = cursorOf(makeDocuments(5))
  const originals = new Map(site.files)
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  expect(site.requests.toSorted()).toEqual(['0', '1', '2', '3', '4'].map((id) => `GET /tep/${id}`))
  approve(worker, cursor)
  await eventually(states).toEqual(Array(5).fill('delivered'))
  for (const { documentId, name, sha256 } of session.documents) {
    expect(sha256).toBe(digestOf(originals.get(name.replace('.pdf', '')) ?? Buffer.alloc(0)))
    expect(site.uploads.filter((upload) => upload.name === name).map(({ bytes }) => bytes.equals(session.signedOf(documentId)))).toEqual([true])
  }
  expect(session.log.filter(({ step }) => step === 'delivered').map(({ confirmedBy }) => confirmedBy)).toEqual(Array(5).fill('digest'))
  expect(site.requests.filter((request) => request === 'GET /trang/')).toHaveLength(1)
  await eventually(() => worker.ended).toHaveLength(1)
  expect(worker.batches.open).toBe(false)
  expect(worker.batches.onScreen()[0]).toMatchObject({ siteName: 'QLVB', state: 'done', labels: { [cursor.documents[0]?.documentId ?? '']: { name: '0.pdf' } } })
})

test('what cannot be fetched is lost, what the agent refuses is not sent on; the others go on', async () => {
  const worker = await startWorker()
  session.refusals.set('1.pdf', 'document-encrypted')
  const documents = makeDocuments(3)
  site.files.delete('0')
  const cursor = cursorOf(documents)
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  expect(states()).toEqual(['refused', 'refused', 'received'])
  expect(session.documents[0]?.['refusal']).toEqual({ code: 'download-failed', facts: { status: '404' } })
  approve(worker, cursor)
  await eventually(states).toEqual(['refused', 'refused', 'delivered'])
  await eventually(() => worker.ended).toHaveLength(1)
})

test('the login is over while documents are fetched: nothing is told as refused, and the batch goes on when a page of the site came up and it is back', async () => {
  const worker = await startWorker()
  const cursor = cursorOf(makeDocuments(9))
  const awaitsLogin = () => worker.batches.onScreen()[0]?.awaitsLogin
  site.isLoggedOut = true
  await worker.batches.begin(cursor, worker.connection)
  await eventually(awaitsLogin).toEqual({ code: 'login-expired', facts: { site: new URL(site.origin).host } })
  // The three that were under way, and no more for as long as it takes to ask twenty times.
  await eventually(() => site.requests).toHaveLength(3)
  for (let times = 0; times < 20; times++) await fetch(`${site.origin}/trang/`)
  expect(site.requests.filter((request) => request.startsWith('GET /tep/'))).toHaveLength(3)
  // Somebody else's page, and the login page itself.
  worker.batches.pageCameUp('https://qlvb.example.vn')
  expect(awaitsLogin()).toBeDefined()
  worker.batches.pageCameUp(site.origin)
  expect(awaitsLogin()).toBeUndefined()
  await eventually(awaitsLogin).toBeDefined()
  expect([states(), session.log.filter(({ step }) => step === 'lost')]).toEqual([Array(9).fill('offered'), []])
  site.isLoggedOut = false
  worker.batches.pageCameUp(site.origin)
  await eventually(() => session.state).toBe('offered')
  expect(states()).toEqual(Array(9).fill('received'))
  expect(awaitsLogin()).toBeUndefined()
})

test('what one worker has not fetched because the login was over waits in the next one, too', async () => {
  const first = await startWorker()
  const cursor = cursorOf(makeDocuments(4))
  let received = 0
  const take = agent.onChunk
  agent.onChunk = (frame) => {
    take(frame)
    if (++received === 1) first.end()
  }
  await first.batches.begin(cursor, first.connection)
  await eventually(() => first.connection.gone.aborted).toBe(true)
  agent.onChunk = take
  site.isLoggedOut = true
  const second = await startWorker()
  await eventually(() => second.batches.onScreen()[0]?.awaitsLogin).toBeDefined()
  expect(session.log.filter(({ step }) => step === 'lost')).toEqual([])
  site.isLoggedOut = false
  second.batches.fetchAgain(cursor.batchId)
  await eventually(() => session.state).toBe('offered')
  expect(states()).toEqual(Array(4).fill('received'))
})

test.each([0, 1, 3])('a document that this clerk may not have, logged in or not, is refused, and the others go on: document %i of 4', async (forbidden) => {
  const worker = await startWorker()
  const documents = makeDocuments(4)
  site.files.delete(String(forbidden))
  site.onRequest = (_, response) => void response.writeHead(403).end()
  const cursor = cursorOf(documents)
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  expect(states()).toEqual(Array.from({ length: 4 }, (_, index) => (index === forbidden ? 'refused' : 'received')))
  expect(session.documents[forbidden]?.['refusal']).toMatchObject({ code: 'login-expired' })
  expect(worker.batches.onScreen()[0]?.awaitsLogin).toBeUndefined()
})

test('and where the others came in an earlier worker', async () => {
  const first = await startWorker()
  const documents = makeDocuments(2)
  site.files.delete('1')
  site.onRequest = () => undefined
  await first.batches.begin(cursorOf(documents), first.connection)
  await eventually(() => states()[0]).toBe('received')
  first.end()
  site.onRequest = (_, response) => void response.writeHead(403).end()
  await startWorker()
  await eventually(() => session.state).toBe('offered')
  expect(states()).toEqual(['received', 'refused'])
})

test('a worker that ends while documents are on their way: the next one sends what is missing, and only that', async () => {
  const first = await startWorker()
  const cursor = cursorOf(makeDocuments(6))
  let received = 0
  const take = agent.onChunk
  agent.onChunk = (frame) => {
    take(frame)
    // In the middle of the fourth document at the latest.
    if (++received === 7) first.end()
  }
  await first.batches.begin(cursor, first.connection)
  await eventually(() => first.connection.gone.aborted).toBe(true)
  agent.onChunk = take
  const before = new Set(session.documents.filter(({ state }) => state === 'received').map(({ name }) => name))
  site.requests.length = 0
  const second = await startWorker()
  await eventually(() => session.state).toBe('offered')
  expect(states()).toEqual(Array(6).fill('received'))
  expect(site.requests).toHaveLength(6 - before.size)
  approve(second, cursor)
  await eventually(states).toEqual(Array(6).fill('delivered'))
  expect(site.uploads).toHaveLength(6)
})

test('what the agent was still reading when the worker ended takes no place of others', async () => {
  const first = await startWorker()
  const cursor = cursorOf(makeDocuments(7))
  // The agent has three documents whole and is slow to say so; meanwhile it takes no more of them.
  const hear = agent.onMessage
  const take = agent.onChunk
  const reading: Record<string, unknown>[] = []
  agent.onMessage = (message) => {
    if (message['step'] !== 'sent') return hear(message)
    reading.push(message)
    if (reading.length === 3) first.end()
  }
  await first.batches.begin(cursor, first.connection)
  await eventually(() => first.connection.gone.aborted).toBe(true)
  const whole = new Set(reading.map(({ documentId }) => documentId))
  let refused = 0
  agent.onMessage = hear
  agent.onChunk = (frame) => {
    const digits = frame.subarray(4, 20).toString('hex')
    if (![...whole].some((id) => String(id).replaceAll('-', '') === digits)) return take(frame)
    agent.say({ kind: 'refused', about: 'chunk', refusal: { code: 'message-malformed', facts: { kind: 'chunk' } } })
    if (++refused === 3) for (const message of reading) hear(message)
  }
  await startWorker()
  await eventually(states).toEqual(Array(7).fill('received'))
})

test('a worker that ends between the upload and its answer: the next one asks the system, and does not upload twice', async () => {
  const first = await startWorker()
  const cursor = cursorOf(makeDocuments(1))
  site.onUpload = (upload, response) => {
    site.store(upload)
    first.end()
    response.destroy()
  }
  await first.batches.begin(cursor, first.connection)
  await eventually(() => session.state).toBe('offered')
  approve(first, cursor)
  await eventually(() => first.connection.gone.aborted).toBe(true)
  expect(states()).toEqual(['returned'])
  await startWorker()
  await eventually(states).toEqual(['delivered'])
  expect(site.uploads).toHaveLength(1)
})

test('a worker that ends before the system had the file: the next one uploads it', async () => {
  const first = await startWorker()
  const cursor = cursorOf(makeDocuments(1))
  const take = site.onUpload
  site.onUpload = (_upload, response) => {
    site.onUpload = take
    first.end()
    response.destroy()
  }
  await first.batches.begin(cursor, first.connection)
  await eventually(() => session.state).toBe('offered')
  approve(first, cursor)
  await eventually(() => first.connection.gone.aborted).toBe(true)
  await startWorker()
  await eventually(states).toEqual(['delivered'])
  expect(site.uploads).toHaveLength(2)
  expect(site.files.get('0')?.equals(session.signedOf(cursor.documents[0]?.documentId ?? ''))).toBe(true)
})

test('where the system cannot be asked, an upload with no known end is left to the clerk, who may send again, and clicks twice for one upload', async () => {
  const first = await startWorker()
  const cursor = cursorOf(makeDocuments(1, (id) => apiWay(id, 'answer')))
  site.onUpload = (_upload, response) => {
    site.onUpload = (_, next) => void next.end('ok')
    first.end()
    response.destroy()
  }
  await first.batches.begin(cursor, first.connection)
  await eventually(() => session.state).toBe('offered')
  approve(first, cursor)
  await eventually(() => first.connection.gone.aborted).toBe(true)
  const second = await startWorker()
  await eventually(() => session.document('0.pdf')['refusal']).toEqual({ code: 'delivery-unconfirmed', facts: {} })
  expect(site.uploads).toHaveLength(1)
  const again = (): void => second.batches.deliverAgain(cursor.batchId, cursor.documents.map(({ documentId }) => documentId))
  const answer = Promise.withResolvers<undefined>()
  site.onUpload = (_, response) => void answer.promise.then(() => response.end('ok'))
  again()
  again()
  await eventually(() => site.uploads.length).toBe(2)
  again()
  answer.resolve(undefined)
  await eventually(states).toEqual(['delivered'])
  expect(site.uploads).toHaveLength(2)
  expect(session.log.at(-1)).toMatchObject({ step: 'delivered', confirmedBy: 'answer' })
})

test('a delivery that only the agent had not heard of is told, not done again', async () => {
  const first = await startWorker()
  const cursor = cursorOf(makeDocuments(1))
  const onMessage = agent.onMessage
  agent.onMessage = (message) => (message['step'] === 'delivered' ? first.end() : onMessage(message))
  await first.batches.begin(cursor, first.connection)
  await eventually(() => session.state).toBe('offered')
  approve(first, cursor)
  await eventually(() => first.connection.gone.aborted).toBe(true)
  expect(states()).toEqual(['returned'])
  agent.onMessage = onMessage
  const requests = site.requests.length
  await startWorker()
  await eventually(states).toEqual(['delivered'])
  expect(site.requests.length).toBe(requests)
})

test.each([
  { when: 'in the middle of a file', isStored: false, by: 'the background', way: apiWay },
  { when: 'before the answer', isStored: true, by: 'the page, with its header', way: headerWay },
])('the line breaks $when, sent by $by: not confirmed, nothing more begins, and with the line it goes on by itself, each file taken once', async ({ isStored, way }) => {
  const worker = await startWorker(pageOf(site, { khoa: 'chuoi' }))
  const cursor = cursorOf(makeDocuments(5, way))
  const take = site.onUpload
  site.onUpload = (upload, response) => {
    site.isLost = true
    if (isStored) site.store(upload)
    response.destroy()
  }
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  approve(worker, cursor)
  await eventually(() => site.turnedAway).toBeGreaterThan(3)
  const told = session.documents.flatMap(({ refusal }) => (refusal === undefined ? [] : [refusal]))
  expect(told.length).toBeGreaterThan(0)
  expect(told.length).toBeLessThanOrEqual(2)
  expect(new Set(told.map((refusal) => (refusal as { code: string }).code))).toEqual(new Set(['delivery-unconfirmed']))
  expect(worker.batches.open).toBe(true)
  site.onUpload = take
  const uploadedBefore = site.uploads.length
  site.isLost = false
  await eventually(states).toEqual(Array(5).fill('delivered'))
  expect(site.uploads.length).toBe(5 + (isStored ? 0 : uploadedBefore))
  // However often it was tried, it was told once.
  expect(session.log.filter(({ step }) => step === 'undelivered')).toHaveLength(told.length)
  expect(new Set(site.uploads.map(({ authorization }) => authorization))).toEqual(new Set([way === headerWay ? 'Bearer chuoi' : undefined]))
})

test('a digest that is told only to the header of the page’s storage is asked for by the page, after the return and by the next worker', async () => {
  const stored: Record<string, string> = { khoa: 'chuoi' }
  const first = await startWorker(pageOf(site, stored))
  const cursor = cursorOf(makeDocuments(2, headerWay))
  site.digestWants = 'Bearer chuoi'
  site.onUpload = (upload, response) => {
    site.store(upload)
    // What became of the second one this worker never hears.
    if (upload.path.endsWith('/1')) first.end()
    else response.end('đã nhận')
  }
  await first.batches.begin(cursor, first.connection)
  await eventually(() => session.state).toBe('offered')
  approve(first, cursor)
  await eventually(() => first.connection.gone.aborted).toBe(true)
  await startWorker(pageOf(site, stored))
  await eventually(states).toEqual(['delivered', 'delivered'])
  expect(site.uploads).toHaveLength(2)
  expect(session.log.filter(({ step }) => step === 'delivered').map(({ confirmedBy }) => confirmedBy)).toEqual(['digest', 'digest'])
})

test('the page has no such header any more: the login is over, nothing is taken as returned and nothing goes twice', async () => {
  const stored: Record<string, string> = { khoa: 'chuoi' }
  const worker = await startWorker(pageOf(site, stored))
  const cursor = cursorOf(makeDocuments(1, headerWay))
  site.digestWants = 'Bearer chuoi'
  site.onUpload = (upload, response) => {
    site.store(upload)
    delete stored['khoa']
    response.end('đã nhận')
  }
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  approve(worker, cursor)
  await eventually(() => session.documents[0]?.refusal).toMatchObject({ code: 'login-expired' })
  expect(states()).toEqual(['checked'])
  stored['khoa'] = 'chuoi'
  worker.batches.deliverAgain(cursor.batchId, [session.documents[0]?.documentId ?? ''])
  await eventually(states).toEqual(['delivered'])
  expect(site.uploads).toHaveLength(1)
})

test('the line is lost before the page has read its token: nothing has left, that is what is told, and it goes on by itself', async () => {
  const worker = await startWorker(pageOf(site, { khoa: 'chuoi' }))
  const cursor = cursorOf(makeDocuments(1, headerWay))
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  site.isLost = true
  approve(worker, cursor)
  await eventually(() => session.document('0.pdf')['refusal']).toEqual({ code: 'upload-failed', facts: { status: 'network' } })
  expect(disk[`delivery:${cursor.documents[0]?.documentId ?? ''}`]).toEqual({ state: 'unsent' })
  site.isLost = false
  await eventually(states).toEqual(['delivered'])
  expect(site.uploads).toHaveLength(1)
})

test('a page whose storage has no header any more: the login is over, nothing leaves, and nothing is tried by itself', async () => {
  const worker = await startWorker(pageOf(site, {}))
  const cursor = cursorOf(makeDocuments(1, headerWay))
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  approve(worker, cursor)
  await eventually(() => session.document('0.pdf')['refusal']).toMatchObject({ code: 'login-expired' })
  await eventually(() => worker.ended).toHaveLength(1)
  expect([site.uploads, worker.batches.open]).toEqual([[], false])
})

test('what a broken line has cut goes on in the next worker, which asks the system first', async () => {
  const first = await startWorker()
  const cursor = cursorOf(makeDocuments(2))
  const take = site.onUpload
  site.onUpload = (upload, response) => {
    site.isLost = true
    site.store(upload)
    response.destroy()
  }
  await first.batches.begin(cursor, first.connection)
  await eventually(() => session.state).toBe('offered')
  approve(first, cursor)
  await eventually(() => session.documents.filter(({ refusal }) => refusal !== undefined).length).toBeGreaterThan(0)
  first.end()
  site.onUpload = take
  site.isLost = false
  await startWorker()
  await eventually(states).toEqual(['delivered', 'delivered'])
  expect(site.uploads).toHaveLength(2)
})

test('what was begun when the worker ended, and could not be asked for while the line was broken, goes on by itself in the worker after that', async () => {
  const first = await startWorker()
  const cursor = cursorOf(makeDocuments(1))
  await first.batches.begin(cursor, first.connection)
  await eventually(() => session.state).toBe('offered')
  first.end()
  await new CursorStore(diskArea()).putDelivery(cursor.documents[0]?.documentId ?? '', { state: 'begun' })
  site.isLost = true
  const second = await startWorker()
  approve(second, cursor)
  await eventually(() => session.document('0.pdf')['refusal']).toEqual({ code: 'delivery-unconfirmed', facts: {} })
  second.end()
  site.isLost = false
  await startWorker()
  await eventually(states).toEqual(['delivered'])
  expect(site.uploads).toHaveLength(1)
})

test.each<[string, (site: DocumentSite) => DocumentSite['onUpload'], Record<string, unknown>]>([
  ['the system fails', () => (_, response) => void response.writeHead(500).end(), { code: 'upload-failed', facts: { status: '500' } }],
  ['the system says yes and keeps the old file', () => (_, response) => void response.end('ok'), { code: 'upload-failed', facts: { status: '200' } }],
  ['the login is over', () => (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html><input type="password">'), { code: 'login-expired' }],
])('a return that fails keeps the signed file: %s', async (_, onUpload, refusal) => {
  const worker = await startWorker()
  const cursor = cursorOf(makeDocuments(1))
  const take = site.onUpload
  site.onUpload = onUpload(site)
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  approve(worker, cursor)
  await eventually(() => session.document('0.pdf')['refusal']).toMatchObject(refusal)
  expect(states()).toEqual(['checked'])
  expect(site.uploads).toHaveLength(1)
  await eventually(() => worker.ended).toHaveLength(1)
  site.onUpload = take
  worker.batches.deliverAgain(cursor.batchId, cursor.documents.map(({ documentId }) => documentId))
  await eventually(states).toEqual(['delivered'])
})

const stored = (change: (bytes: Buffer) => Buffer): DocumentSite['onUpload'] => (upload, response) => {
  site.store({ ...upload, bytes: change(upload.bytes) })
  response.end('ok')
}
const stamped = stored((bytes) => Buffer.concat([bytes, Buffer.from('stamp')]))
const silentWay = (id: string): WayBack => ({ ...apiWay(id), readingIsSilent: true }) as WayBack

/** Signs one document that goes back by `way` to a system that stores it by `onUpload`. */
async function returnOne(way: (id: string) => WayBack, onUpload: DocumentSite['onUpload']): Promise<{ worker: Worker; cursor: BatchCursor; documentId: string }> {
  const worker = await startWorker()
  const cursor = cursorOf(makeDocuments(1, way))
  site.onUpload = onUpload
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  approve(worker, cursor)
  return { worker, cursor, documentId: cursor.documents[0]?.documentId ?? '' }
}

const reads = (): number => site.requests.filter((request) => request === 'GET /tep/0').length

test('where reading is silent, other bytes are read back without a click: what the system only added to is received', async () => {
  session.verdictOf = (copy) => ({ step: 'compared', verdict: copy.includes('stamp') ? 'extended' : 'broken' })
  await returnOne(silentWay, stamped)
  await eventually(states).toEqual(['delivered'])
  expect(session.document('0.pdf')['confirmedBy']).toBe('extended')
  expect([reads(), site.uploads.length]).toEqual([2, 1])
})

test('where the system broke the signatures, that is said and the good file is kept', async () => {
  session.verdictOf = () => ({ step: 'compared', verdict: 'broken' })
  await returnOne(silentWay, stamped)
  await eventually(() => session.document('0.pdf')['refusal']).toEqual({ code: 'delivery-altered', facts: {} })
  expect(states()).toEqual(['checked'])
})

test('where reading is not silent, nothing is read without a click; the clerk reads, and it is confirmed', async () => {
  session.verdictOf = () => ({ step: 'compared', verdict: 'extended' })
  const { worker, cursor, documentId } = await returnOne(apiWay, stamped)
  await eventually(() => session.document('0.pdf')['refusal']).toEqual({ code: 'delivery-unconfirmed', facts: {} })
  expect(reads()).toBe(1)
  await worker.batches.confirmByReading(cursor.batchId, documentId)
  await eventually(states).toEqual(['delivered'])
  expect([session.document('0.pdf')['confirmedBy'], reads(), site.uploads.length]).toEqual(['extended', 2, 1])
})

test('a file that cannot be read back, or that nothing can be said of, stays unconfirmed', async () => {
  session.verdictOf = () => ({ step: 'incomparable', refusal: { code: 'disk-full', facts: {} } })
  const { worker, cursor, documentId } = await returnOne(silentWay, stamped)
  await eventually(() => session.document('0.pdf')['refusal']).toEqual({ code: 'delivery-unconfirmed', facts: {} })
  await expect(worker.batches.confirmByReading(cursor.batchId, documentId)).rejects.toMatchObject({ refusal: { code: 'disk-full' } })
  site.files.delete('0')
  await expect(worker.batches.confirmByReading(cursor.batchId, documentId)).rejects.toMatchObject({ refusal: { code: 'download-failed' } })
  session.verdictOf = () => ({ step: 'compared', verdict: 'original' })
  site.add('0', randomBytes(100))
  await worker.batches.confirmByReading(cursor.batchId, documentId)
  await eventually(() => session.log.at(-1)).toMatchObject({ step: 'undelivered', refusal: { code: 'delivery-unconfirmed' } })
  expect(site.uploads).toHaveLength(1)
})

test('the clerk saw it in the system: that is what confirmed it, and no later worker sends it again', async () => {
  const { worker, cursor, documentId } = await returnOne(apiWay, stamped)
  await eventually(() => session.document('0.pdf')['refusal']).toMatchObject({ code: 'delivery-unconfirmed' })
  await worker.batches.confirmSeen(cursor.batchId, documentId)
  await eventually(states).toEqual(['delivered'])
  expect(session.document('0.pdf')['confirmedBy']).toBe('clerk')
  expect(disk[`delivery:${documentId}`]).toEqual({ state: 'through', confirmedBy: 'clerk' })
})

test.each([true, false])('a row of the list confirms, and its absence does not (%s)', async (isThere) => {
  const row = { url: `${site.origin}/da-ky`, selector: '#vb-0' }
  if (isThere) rows.add(row.url)
  await returnOne((id) => ({ ...apiWay(id), confirm: 'listRow', listRow: row }) as WayBack, stored((bytes) => bytes))
  if (isThere) await eventually(() => session.document('0.pdf')['confirmedBy']).toBe('list-row')
  else await eventually(() => session.document('0.pdf')['refusal']).toMatchObject({ code: 'delivery-unconfirmed' })
})

test('a gateway that gives up on a system that stores the file: delivered all the same', async () => {
  const worker = await startWorker()
  const cursor = cursorOf(makeDocuments(1))
  site.onUpload = (upload, response) => {
    site.store(upload)
    response.writeHead(504).end()
  }
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  approve(worker, cursor)
  await eventually(states).toEqual(['delivered'])
})

test('a session token that was renewed meanwhile is read again', async () => {
  const worker = await startWorker()
  const cursor = cursorOf(makeDocuments(3))
  site.onUpload = (upload, response) => {
    site.token = `token-${site.uploads.length + 1}`
    site.store(upload)
    response.end(digestOf(upload.bytes))
  }
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  approve(worker, cursor)
  await eventually(states).toEqual(Array(3).fill('delivered'))
})

test('without a way back the file goes to the download folder', async () => {
  const worker = await startWorker()
  const cursor = cursorOf([{ name: 'a.pdf', url: site.add('a', randomBytes(1000)) }])
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  approve(worker, cursor)
  await eventually(states).toEqual(['delivered'])
  expect(worker.saved.map(({ name, bytes }) => [name, bytes.equals(session.signedOf(cursor.documents[0]?.documentId ?? ''))])).toEqual([['a.pdf', true]])
  expect(session.log.at(-1)).toMatchObject({ step: 'delivered', confirmedBy: 'none' })
})

test('a page that only submits: confirmed by what the system holds afterwards', async () => {
  const wayBack = { by: 'page', input: '#i', confirm: 'digest', digestUrl: `${site.origin}/ma-bam/a` } as const
  const documents = [{ name: 'a.pdf', url: site.add('a', randomBytes(1000)), wayBack }]
  // The tab gets its answer only after the system was asked once.
  site.onDigest = () => {
    if (site.requests.filter((request) => request === 'GET /ma-bam/a').length === 2) site.files.set('a', session.signedOf(session.documents[0]?.documentId ?? ''))
  }
  const worker = await startWorker({ toPage: () => Promise.resolve(undefined) })
  const cursor = cursorOf(documents)
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  approve(worker, cursor)
  await eventually(states).toEqual(['delivered'])
  expect(session.log.at(-1)).toMatchObject({ confirmedBy: 'digest' })
})

test('a batch that the agent does not open leaves no trace', async () => {
  const worker = await startWorker()
  agent.onMessage = (message) => {
    if (message['step'] === 'open') agent.say({ kind: 'refused', about: 'sign', batchId: message['batchId'], refusal: { code: 'certificate-missing', facts: {} } })
  }
  const error: unknown = await worker.batches.begin(cursorOf(makeDocuments(1)), worker.connection).catch((thrown: unknown) => thrown)
  expect(refusalOf(error).code).toBe('certificate-missing')
  expect(disk).toEqual({})
  expect(worker.batches.open).toBe(false)
})

test('a batch that the agent has forgotten is forgotten', async () => {
  const cursor = cursorOf(makeDocuments(1))
  disk[`batch:${cursor.batchId}`] = cursor
  disk[`delivery:${cursor.documents[0]?.documentId ?? ''}`] = { state: 'begun' }
  const worker = await startWorker()
  expect(worker.batches.open).toBe(true)
  await eventually(() => disk).toEqual({})
  expect(worker.batches.open).toBe(false)
})

test.each<[string, (elsewhere: string) => Partial<WayBack>]>([
  ['the call', (elsewhere) => ({ url: `${elsewhere}/tra/0` })],
  ['the token', (elsewhere) => ({ token: { field: 't', url: `${elsewhere}/trang/`, pattern: '(x)' } })],
  ['the question for the digest', (elsewhere) => ({ digestUrl: `${elsewhere}/ma-bam/0` })],
])('%s may not go to another origin than the page\'s: nothing leaves, the file is kept', async (_, change) => {
  const other = await DocumentSite.start()
  const worker = await startWorker()
  const cursor = cursorOf(makeDocuments(1, (id) => ({ ...apiWay(id), ...change(other.origin) }) as WayBack))
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  approve(worker, cursor)
  await eventually(() => session.documents[0]?.refusal).toEqual({ code: 'delivery-elsewhere', facts: { site: new URL(other.origin).host } })
  expect([states(), other.requests, site.uploads]).toEqual([['checked'], [], []])
  worker.end()
  await other.stop()
})

test('an answer that came from another origin confirms nothing, whatever it says', async () => {
  const other = await DocumentSite.start()
  site.onUpload = (_, response) => void response.writeHead(303, { location: `${other.origin}/xong` }).end()
  other.onRequest = (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
  const worker = await startWorker()
  const cursor = cursorOf(makeDocuments(1, (id) => ({ ...apiWay(id), confirm: 'answer' }) as WayBack))
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  approve(worker, cursor)
  await eventually(() => session.documents[0]?.refusal).toMatchObject({ code: 'delivery-unconfirmed' })
  expect([states(), other.requests]).toEqual([['checked'], ['GET /xong']])
  worker.end()
  await other.stop()
})

/** A page of each document that says where it stands, and the step that moves it on. */
function makeSendable(count: number, authorization?: typeof header): { documents: ReturnType<typeof makeDocuments>; issued: string[]; answer: { status: number; issues: boolean; text: string } } {
  const issued: string[] = []
  const answer = { status: 200, issues: true, text: '<p class="bao">đã thực hiện</p>' }
  site.onRequest = (request, response) => {
    const [, room, id = ''] = (request.url ?? '').split('/')
    if (room === 'gui' && answer.issues) issued.push(id)
    if (room === 'gui') response.writeHead(answer.status, { 'content-type': 'text/html' }).end(answer.text)
    else response.writeHead(200, { 'content-type': 'text/html' }).end(issued.includes(id) ? 'ĐÃ PHÁT HÀNH' : 'Chờ phát hành')
  }
  const documents = makeDocuments(count).map((document, index) => ({
    ...document,
    next: {
      label: 'Phát hành',
      recipients: 'Sở Nội vụ',
      by: { by: 'api' as const, url: `${site.origin}/gui/${index}`, method: 'POST' as const, fields: {}, ...(authorization === undefined ? {} : { authorization }) },
      done: { url: `${site.origin}/van-ban/${index}`, pattern: 'ĐÃ PHÁT HÀNH' },
      said: 'class="loi">([^<]+)',
    },
  }))
  return { documents, issued, answer }
}

test('what is delivered is sent on where the clerk agreed, each once, and the agent knew it before the system was asked', async () => {
  const worker = await startWorker()
  const { documents, issued } = makeSendable(4)
  const cursor = cursorOf(documents)
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  expect(worker.batches.onScreen()[0]?.next).toMatchObject({ label: 'Phát hành' })
  approve(worker, cursor, { sendOn: true })
  await eventually(states).toEqual(Array(4).fill('sent'))
  expect(issued.toSorted()).toEqual(['0', '1', '2', '3'])
  expect(session.log.filter(({ step }) => step === 'send-on').map(({ recipients }) => recipients)).toEqual(Array(4).fill('Sở Nội vụ'))
  await eventually(() => worker.ended).toHaveLength(1)
  expect(worker.batches.open).toBe(false)
})

test('a step that wants the header of the page’s storage is taken by the page; without the header it is refused as a login that is over', async () => {
  const stored: Record<string, string> = { khoa: 'chuoi' }
  const worker = await startWorker(pageOf(site, stored))
  const { documents, issued } = makeSendable(1, header)
  const headers: (string | undefined)[] = []
  const plain = site.onRequest
  site.onRequest = (request, response) => {
    if (request.url === '/gui/0') headers.push(request.headers.authorization)
    plain(request, response)
  }
  const cursor = cursorOf(documents)
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  delete stored['khoa']
  approve(worker, cursor, { sendOn: true })
  await eventually(() => session.documents[0]?.['refusal']).toMatchObject({ code: 'login-expired' })
  expect([states(), headers]).toEqual([['delivered'], []])
  stored['khoa'] = 'moi'
  worker.batches.sendOnAgain(cursor.batchId, [session.documents[0]?.documentId ?? ''])
  await eventually(states).toEqual(['sent'])
  expect([issued, headers]).toEqual([['0'], ['Bearer moi']])
})

test('nothing is sent on where the clerk agreed to the signatures alone', async () => {
  const worker = await startWorker()
  const { documents, issued } = makeSendable(2)
  const cursor = cursorOf(documents)
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  approve(worker, cursor)
  await eventually(states).toEqual(['delivered', 'delivered'])
  await eventually(() => worker.ended).toHaveLength(1)
  expect([issued, session.log.filter(({ step }) => step === 'send-on')]).toEqual([[], []])
})

test('the system refuses: its own words are told, and the clerk can have it asked again', async () => {
  const worker = await startWorker()
  const { documents, issued, answer } = makeSendable(1)
  Object.assign(answer, { issues: false, text: '<p class="loi">Văn bản chưa có nơi nhận.</p>' })
  const cursor = cursorOf(documents)
  await worker.batches.begin(cursor, worker.connection)
  await eventually(() => session.state).toBe('offered')
  approve(worker, cursor, { sendOn: true })
  await eventually(() => session.documents[0]?.['refusal']).toEqual({ code: 'send-refused', facts: { said: 'Văn bản chưa có nơi nhận.' } })
  await eventually(() => worker.ended).toHaveLength(1)
  expect(states()).toEqual(['delivered'])
  answer.issues = true
  worker.batches.sendOnAgain(cursor.batchId, [session.documents[0]?.documentId ?? ''])
  await eventually(states).toEqual(['sent'])
  expect(issued).toEqual(['0'])
})

test.each([
  ['was asked', true, 'sent', undefined],
  ['was not', false, 'sending', 'send-unconfirmed'],
] as const)('a worker ends in the middle of the step: the next one looks whether the system %s, and never asks twice', async (_, wasIssued, state, code) => {
  const first = await startWorker()
  const { documents, issued } = makeSendable(1)
  let asked = 0
  const plain = site.onRequest
  site.onRequest = (request, response) => {
    if (request.url !== '/gui/0') return plain(request, response)
    asked++
    if (wasIssued) issued.push('0')
    first.end()
    request.socket.destroy()
  }
  const cursor = cursorOf(documents)
  await first.batches.begin(cursor, first.connection)
  await eventually(() => session.state).toBe('offered')
  approve(first, cursor, { sendOn: true })
  await eventually(() => asked).toBe(1)
  await eventually(() => first.connection.gone.aborted).toBe(true)
  const second = await startWorker()
  await eventually(() => [session.documents[0]?.state, (session.documents[0]?.['refusal'] as { code: string } | undefined)?.code]).toEqual([state, code])
  expect(asked).toBe(1)
  await eventually(() => second.ended).toHaveLength(1)
  if (wasIssued) return
  // The system has it after all, and the clerk has not seen that: the click looks first.
  issued.push('0')
  second.batches.sendOnAgain(cursor.batchId, [session.documents[0]?.documentId ?? ''])
  await eventually(states).toEqual(['sent'])
  expect(asked).toBe(1)
})
