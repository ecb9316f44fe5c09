import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Store } from './store.ts'

export type Part = 'main' | 'attachment'
/** Where a version comes from: the draft, the leader's signing, the agency's signing. */
export type VersionStep = 'du-thao' | 'ky-duyet' | 'ky-co-quan'

/** A file of a document as it stands: its latest version. */
export interface FileRow {
  id: number
  documentId: number
  part: Part
  /** Goes with the id in the address, so that files cannot be had by counting. */
  code: string
  versionId: number
  name: string
  type: string
  step: VersionStep
  addedBy: string
  addedAt: string
  /** Known once the bytes exist: seeded files are drawn at first need. */
  sizeBytes: number | null
  sha256: string | null
}

export interface NewVersion {
  name: string
  type: string
  step: VersionStep
  addedBy: string
  addedAt: string
}

export interface FileCabinet {
  /** Makes a file with its first version from bytes, or from the recipe of a seeded one. Answers the file's id. */
  add(documentId: number, part: Part, code: string, version: NewVersion, recipe: string): number
  keep(documentId: number, part: Part, version: NewVersion, bytes: Uint8Array): Promise<number>
  addVersion(fileId: number, version: NewVersion, bytes: Uint8Array): Promise<{ sha256: string; sizeBytes: number }>
  find(fileId: number): FileRow | undefined
  of(documentId: number): FileRow[]
  /** Earlier versions and the latest, oldest first. */
  versions(fileId: number): FileRow[]
  /** The bytes of a version; a seeded one is drawn and kept at first need. */
  bytes(file: FileRow): Promise<Uint8Array>
  /** The same, and the row with its size and digest. */
  settle(file: FileRow): Promise<FileRow & { sizeBytes: number; sha256: string }>
}

const columns = `files.id, files.documentId, part, code, versions.id as versionId, name, type, step, addedBy, addedAt, sizeBytes, sha256`
const latest = 'versions.id = (select max(id) from versions where fileId = files.id)'

/** @param draw makes the bytes of a seeded version from its recipe */
export function openCabinet(store: Store, folder: string, draw: (recipe: string) => Promise<Uint8Array>): FileCabinet {
  mkdirSync(folder, { recursive: true })
  const drawing = new Map<number, Promise<Uint8Array>>()
  const pathOf = (versionId: number): string => join(folder, `${versionId}.bin`)

  const write = async (versionId: number, bytes: Uint8Array): Promise<{ sha256: string; sizeBytes: number }> => {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    await writeFile(`${pathOf(versionId)}.part`, bytes)
    await rename(`${pathOf(versionId)}.part`, pathOf(versionId))
    store.run('update versions set sizeBytes = ?, sha256 = ? where id = ?', bytes.length, sha256, versionId)
    return { sha256, sizeBytes: bytes.length }
  }
  const drawSeeded = async (versionId: number): Promise<Uint8Array> => {
    const row = store.get<{ recipe: string | null }>('select recipe from versions where id = ?', versionId)
    if (row?.recipe == null) throw new Error(`version ${versionId} has neither bytes nor recipe`)
    const bytes = await draw(row.recipe)
    await write(versionId, bytes)
    return bytes
  }
  const bytesOf = async ({ versionId, sha256 }: FileRow): Promise<Uint8Array> => {
    if (sha256 !== null) return await readFile(pathOf(versionId))
    const running = drawing.get(versionId) ?? drawSeeded(versionId).finally(() => drawing.delete(versionId))
    drawing.set(versionId, running)
    return await running
  }
  const insertVersion = (fileId: number, version: NewVersion, recipe: string | null): number =>
    store.run(
      'insert into versions (fileId, name, type, step, addedBy, addedAt, recipe) values (?, ?, ?, ?, ?, ?, ?)',
      fileId, version.name, version.type, version.step, version.addedBy, version.addedAt, recipe,
    )
  const insertFile = (documentId: number, part: Part, code: string): number =>
    store.run('insert into files (documentId, part, code) values (?, ?, ?)', documentId, part, code)
  const find = (fileId: number): FileRow | undefined =>
    store.get<FileRow>(`select ${columns} from files join versions on fileId = files.id where files.id = ? and ${latest}`, fileId)

  return {
    add(documentId, part, code, version, recipe) {
      const fileId = insertFile(documentId, part, code)
      insertVersion(fileId, version, recipe)
      return fileId
    },
    async keep(documentId, part, version, bytes) {
      const fileId = insertFile(documentId, part, randomBytes(6).toString('hex'))
      await write(insertVersion(fileId, version, null), bytes)
      return fileId
    },
    addVersion: (fileId, version, bytes) => write(insertVersion(fileId, version, null), bytes),
    find,
    of: (documentId) =>
      store.all<FileRow>(
        `select ${columns} from files join versions on fileId = files.id where documentId = ? and ${latest} order by part desc, files.id`,
        documentId,
      ),
    versions: (fileId) =>
      store.all<FileRow>(`select ${columns} from files join versions on fileId = files.id where files.id = ? order by versions.id`, fileId),
    bytes: bytesOf,
    async settle(file) {
      const bytes = await bytesOf(file)
      return { ...file, sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
    },
  }
}

/** The address of a file. It does not end in .pdf: what comes is told by Content-Disposition alone. */
export function fileAddress({ id, code }: { id: number; code: string }, inPlace = false): string {
  return `/tep/${id}?ma=${code}${inPlace ? '&xem=1' : ''}`
}
