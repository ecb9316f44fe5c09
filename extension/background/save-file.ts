import type { Browser, Downloads } from 'webextension-polyfill'
import { refuse } from '../../shared/errors.ts'
import type { BlobToAddress } from './blob-address.ts'

/** Puts a signed file, or a receipt, into the browser's download folder. Resolves when it is whole on the disk. */
export async function saveFile(browser: Browser, blobToAddress: BlobToAddress, name: string, file: Blob): Promise<void> {
  const { url, release } = await blobToAddress(file)
  try {
    const id = await browser.downloads.download({ url, filename: safeName(name, file.type.startsWith('text/html') ? 'html' : 'pdf'), conflictAction: 'uniquify', saveAs: false })
    const error = await endOf(browser, id)
    if (error === 'FILE_NO_SPACE') refuse('disk-full')
    if (error === 'USER_CANCELED') refuse('cancelled')
    if (error !== undefined) refuse('upload-failed', { status: error })
  } finally {
    release()
  }
}

/** Why the download ended early; undefined when it is complete. */
function endOf({ downloads }: Browser, id: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const look = (state: string | undefined, error: string | undefined): void => {
      if (state !== 'complete' && state !== 'interrupted') return
      downloads.onChanged.removeListener(changed)
      resolve(state === 'complete' ? undefined : (error ?? state))
    }
    const changed = (delta: Downloads.OnChangedDownloadDeltaType): void => {
      if (delta.id === id) look(delta.state?.current, delta.error?.current)
    }
    downloads.onChanged.addListener(changed)
    // It may have ended before anybody listened.
    downloads.search({ id }).then(([item]) => look(item?.state, item?.error), reject)
  })
}

/** A name that every file system takes: no path, no control or direction marks, no reserved characters, not too long. */
export function safeName(name: string, ending: 'pdf' | 'html' = 'pdf'): string {
  const plain = name
    .normalize('NFC')
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replaceAll(/[\\/:*?"<>|~]/g, '-')
    .replace(/\.pdf$/i, '')
    .replaceAll(/^[.\s]+|[.\s]+$/g, '')
  return `${Array.from(plain).slice(0, 120).join('').trim() || 'document'}.${ending}`
}
