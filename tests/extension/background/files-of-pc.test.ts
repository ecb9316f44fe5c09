import { expect, test } from 'vitest'
import type { BatchCursor } from '../../../extension/background/cursor.ts'
import { documentsOfFiles, newFileKey, readDiskFile, removeDelivered, removeUnused, signedName } from '../../../extension/background/files-of-pc.ts'
import { limits } from '../../../shared/protocol/limits.ts'
import { memoryFiles } from './memory-files.ts'

const cursorOf = (keys: string[]): BatchCursor => ({
  batchId: 'b', tabId: -1, pageOrigin: 'chrome-extension://x', siteName: '', profile: 'approve', certificateSha256: '', startedAt: '',
  documents: keys.map((key, index) => ({ documentId: `d${index}`, key, frameId: 0, byPage: false, name: key })),
})

test('a file goes back under its own name, which says that it is signed', () => {
  expect(['Công văn 12.pdf', 'A.PDF', 'không đuôi'].map(signedName)).toEqual(['Công văn 12-signed.pdf', 'A-signed.pdf', 'không đuôi-signed.pdf'])
  const [document] = documentsOfFiles([{ key: 'k', name: 'Công\nvăn.pdf' }])
  expect(document).toMatchObject({ key: 'k', name: 'Công văn.pdf', wayBack: { by: 'download', as: 'Công\nvăn-signed.pdf' } })
})

test('none and too many are refused', () => {
  expect(() => documentsOfFiles([])).toThrow('batch-empty')
  expect(() => documentsOfFiles(Array.from({ length: limits.documentsPerBatch + 1 }, (_, index) => ({ key: `${index}`, name: 'a.pdf' })))).toThrow('batch-too-large')
})

test('bytes come as they are; a file that the browser gave up is said', async () => {
  const files = memoryFiles()
  await files.put('k', new Blob([new Uint8Array(700_000).fill(7)]))
  const parts = await Array.fromAsync(readDiskFile(files, 'k'))
  expect(parts.reduce((sum, { length }) => sum + length, 0)).toBe(700_000)
  await expect(Array.fromAsync(readDiskFile(files, 'gone'))).rejects.toThrow('file-gone')
})

test('what no batch names is removed, but not what was put down a moment ago', async () => {
  const files = memoryFiles()
  const now = Date.now()
  const old = `${now - 4_000_000}-old`
  const used = `${now - 4_000_000}-used`
  const fresh = newFileKey()
  for (const key of [old, used, fresh]) await files.put(key, new Blob(['x']))
  await removeUnused(files, [cursorOf([used])], now)
  expect([...files.held.keys()]).toEqual([used, fresh])
})

test('what was delivered is no longer kept; what was not, is', async () => {
  const files = memoryFiles()
  for (const key of ['one', 'two']) await files.put(key, new Blob(['x']))
  await removeDelivered(files, cursorOf(['one', 'two']), new Set(['d0']))
  expect([...files.held.keys()]).toEqual(['two'])
})
