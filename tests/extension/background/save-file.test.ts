import { expect, test } from 'vitest'
import type { Browser, Downloads } from 'webextension-polyfill'
import { safeName, saveFile } from '../../../extension/background/save-file.ts'
import { refusalOf } from '../../../shared/errors.ts'

test.each([
  ['Quyết định 12.pdf', 'Quyết định 12.pdf'],
  ['Quyết định.pdf'.normalize('NFD'), 'Quyết định.pdf'],
  ['../../etc/passwd', '-..-etc-passwd.pdf'],
  ['C:\\Windows\\x.PDF', 'C--Windows-x.pdf'],
  ['a"b<c>d|e?f*g~h.pdf', 'a-b-c-d-e-f-g-h.pdf'],
  ['\u202Efdp.exe', 'fdp.exe.pdf'],
  ['dòng\nhai\u0000.pdf', 'dònghai.pdf'],
  ['.pdf', 'document.pdf'],
  ['   ', 'document.pdf'],
  ['\uD800.pdf', '\uFFFD.pdf'],
  [`${'dài '.repeat(100)}.pdf`, `${'dài '.repeat(30).trim()}.pdf`],
])('a name for the disk: %j', (name, safe) => expect(safeName(name)).toBe(safe))

function makeBrowser(outcome: Partial<Downloads.DownloadItem>, when: 'before' | 'after'): { browser: Browser; asked: Downloads.DownloadOptionsType[] } {
  const listeners = new Set<(delta: Downloads.OnChangedDownloadDeltaType) => void>()
  const asked: Downloads.DownloadOptionsType[] = []
  const tell = (): void => {
    const { state = 'complete', error } = outcome
    for (const listener of listeners) {
      listener({ id: 6, state: { current: 'interrupted' } })
      listener({ id: 7, state: { current: state }, ...(error === undefined ? {} : { error: { current: error } }) })
    }
  }
  const downloads = {
    download: (options: Downloads.DownloadOptionsType) => {
      asked.push(options)
      return Promise.resolve(7)
    },
    search: () => {
      if (when === 'after') setImmediate(tell)
      return Promise.resolve([when === 'before' ? outcome : { state: 'in_progress' }])
    },
    onChanged: {
      addListener: (listener: (delta: Downloads.OnChangedDownloadDeltaType) => void) => listeners.add(listener),
      removeListener: (listener: (delta: Downloads.OnChangedDownloadDeltaType) => void) => listeners.delete(listener),
    },
  }
  return { browser: { downloads } as unknown as Browser, asked }
}

const held: string[] = []
const blobToAddress = () => {
  held.push('blob:1')
  return Promise.resolve({ url: 'blob:1', release: () => void held.pop() })
}

test.each(['before', 'after'] as const)('a download that completed %s anybody listened', async (when) => {
  const { browser, asked } = makeBrowser({ state: 'complete' }, when)
  await saveFile(browser, blobToAddress, 'a/b.pdf', new Blob(['x']))
  expect(asked).toEqual([{ url: 'blob:1', filename: 'a-b.pdf', conflictAction: 'uniquify', saveAs: false }])
  expect(held).toEqual([])
})

test('a receipt is saved as a page', async () => {
  const { browser, asked } = makeBrowser({ state: 'complete' }, 'after')
  await saveFile(browser, blobToAddress, 'Biên nhận', new Blob(['x'], { type: 'text/html;charset=utf-8' }))
  expect(asked).toMatchObject([{ filename: 'Biên nhận.html' }])
})

test.each([
  ['FILE_NO_SPACE', { code: 'disk-full', facts: {} }],
  ['USER_CANCELED', { code: 'cancelled', facts: {} }],
  ['NETWORK_FAILED', { code: 'upload-failed', facts: { status: 'NETWORK_FAILED' } }],
])('a download that ended with %s', async (error, refusal) => {
  const { browser } = makeBrowser({ state: 'interrupted', error: error as NonNullable<Downloads.DownloadItem['error']> }, 'after')
  expect(refusalOf(await saveFile(browser, blobToAddress, 'a.pdf', new Blob(['x'])).catch((thrown: unknown) => thrown))).toEqual(refusal)
  expect(held).toEqual([])
})
