import { expect, test } from 'vitest'
import type { BatchCursor } from '../../../extension/background/cursor.ts'
import type { FoundTab } from '../../../extension/background/find-in-tab.ts'
import { markBatched, notBatched } from '../../../extension/background/mark-batched.ts'
import type { BatchView, DocumentView } from '../../../shared/protocol/sign.ts'

const site = 'https://qlvb.example.vn'
const signedSha256 = 'ab'.repeat(32)
const documents = ['a', 'b', 'c'].map((name) => ({ key: `0|${site}/${name}`, frameKey: `${site}/${name}`, frameId: 0, url: `${site}/${name}`, byPage: false, name, certainty: 'certain' as const }))
const made = { key: '3|postback:x:', frameKey: 'postback:x:', frameId: 3, byPage: true, name: 'd', certainty: 'certain' as const }
const found: FoundTab = { tabId: 7, site, siteName: '', listed: true, opensLoudly: false, documents: [...documents, made] }

const cursor = { batchId: '1', tabId: 7, pageOrigin: site, documents: [...documents, made].map(({ frameKey: key, frameId, name, ...rest }) => ({ documentId: name, name, frameId, byPage: rest.byPage, key, ...('url' in rest ? { url: rest.url } : {}) })) } as BatchCursor
function batch(state: BatchView['state'], of: Record<string, Partial<DocumentView>>, rest: Partial<BatchCursor> = {}) {
  const told = Object.entries(of).map(([documentId, document]) => ({ documentId, name: documentId, state: 'received' as const, ...document }))
  return { cursor: { ...cursor, ...rest }, view: { state, documents: told } as unknown as BatchView }
}
const marks = (tab: FoundTab) => tab.documents.map((document) => document.batch)

test('what waits in a batch is in it, what has its signature is signed, what was refused is free again', () => {
  const open = batch('signing', { a: { state: 'delivered', signedSha256 }, b: {}, c: { state: 'refused' }, d: { state: 'approved' } })
  expect(marks(markBatched(found, [open]))).toEqual(['signed', 'open', undefined, 'open'])
})

test('a batch that is over keeps what it signed; what it did not sign is free', () => {
  const over = batch('cancelled', { a: { state: 'checked', signedSha256 }, b: {} })
  expect(marks(markBatched(found, [over]))).toEqual(['signed', undefined, undefined, undefined])
})

test('signed once stays signed, whatever another batch says', () => {
  const batches = [batch('done', { a: { state: 'sent', signedSha256 } }), batch('offered', { a: {} })]
  expect(marks(markBatched(found, batches))).toEqual(['signed', undefined, undefined, undefined])
})

test('what the page alone can produce is known in its own tab; an address in every tab; other sites mark nothing', () => {
  const open = batch('offered', { a: {}, d: {} })
  expect(marks(markBatched({ ...found, tabId: 8 }, [open]))).toEqual(['open', undefined, undefined, undefined])
  expect(markBatched({ ...found, site: 'https://other.example.vn' }, [open])).toMatchObject({ documents: found.documents })
})

test('what a batch holds that the agent has not told yet is open; what is asked for again is only what no batch has', () => {
  const untold = { ...batch('open', {}), view: undefined }
  expect(marks(markBatched(found, [untold]))).toEqual(['open', 'open', 'open', 'open'])
  const told = batch('done', { a: { state: 'refused' }, b: { state: 'sent', signedSha256 }, d: { state: 'refused' } })
  expect(notBatched(cursor.documents, cursor, [told]).map(({ name }) => name)).toEqual(['a', 'c', 'd'])
  expect(notBatched(cursor.documents, cursor, [told, untold])).toEqual([])
  expect(notBatched(cursor.documents, { ...cursor, tabId: 8 }, [untold]).map(({ name }) => name)).toEqual(['d'])
})
