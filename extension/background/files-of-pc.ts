import { refuse } from '../../shared/errors.ts'
import { partsOf } from '../../shared/messages/port-talk.ts'
import type { DiskFile } from '../../shared/messages/view.ts'
import { limits } from '../../shared/protocol/limits.ts'
import type { BatchCursor, CursorDocument } from './cursor.ts'
import type { DiskFiles } from './disk-files.ts'

/** The chosen files as documents of a batch. Each goes back to the download folder under its own name, and says that it is signed. */
export function documentsOfFiles(files: readonly DiskFile[]): CursorDocument[] {
  if (files.length === 0) refuse('batch-empty')
  if (files.length > limits.documentsPerBatch) refuse('batch-too-large', { count: String(files.length), limit: String(limits.documentsPerBatch) })
  return files.map(({ key, name }) => ({
    documentId: crypto.randomUUID(),
    key,
    frameId: 0,
    byPage: false,
    name: name.slice(0, limits.nameCharacters).toWellFormed().replaceAll(/\p{Cc}/gu, ' '),
    wayBack: { by: 'download', as: signedName(name) },
  }))
}

export function signedName(name: string): string {
  return `${name.replace(/\.pdf$/i, '')}-signed.pdf`
}

export async function* readDiskFile(files: DiskFiles, key: string): AsyncGenerator<Uint8Array> {
  const file = (await files.get(key)) ?? refuse('file-gone')
  yield* partsOf(file.stream())
}

/** A window puts files down a moment before it says what they are for, and may be what woke this worker. */
const putDownMs = 3_600_000

/** When a window put the file down stands at the front of its key, so that files which no batch names any more can be told. */
export function newFileKey(): string {
  return `${Date.now()}-${crypto.randomUUID()}`
}

/** Removes what was given up before it was sent, or belongs to batches that are forgotten. */
export async function removeUnused(files: DiskFiles, cursors: readonly BatchCursor[], now = Date.now()): Promise<void> {
  const used = new Set(cursors.flatMap(({ documents }) => documents.map(({ key }) => key)))
  await files.remove((await files.keys()).filter((key) => !used.has(key) && now - Number.parseInt(key, 10) > putDownMs))
}

/** The signed files are in the download folder: what they were made from is not needed here any more. */
export async function removeDelivered(files: DiskFiles, { documents }: BatchCursor, delivered: ReadonlySet<string>): Promise<void> {
  await files.remove(documents.filter(({ documentId }) => delivered.has(documentId)).map(({ key }) => key))
}
