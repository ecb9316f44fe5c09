import { createHash, type Hash } from 'node:crypto'
import { chmodSync, constants, createReadStream, mkdirSync, readdirSync, rmSync, rmdirSync, statSync } from 'node:fs'
import { open, rm, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { refuse } from '../../shared/errors.ts'
import type { Limits } from '../../shared/protocol/limits.ts'
import { renamePatiently } from '../settings/rename-patiently.ts'

export interface SpooledFile {
  batchId: string
  documentId: string
  isSigned: boolean
  writtenMs: number
}

/**
 * The agent's own folder for documents under way: `spool/<batchId>/<documentId>.pdf` and `….signed.pdf`; while it waits for its
 * time stamp, `….signed.pdf.waiting`. All names are ids that were checked to be UUIDs; what a page calls a document never becomes part of a path.
 */
export class Spool {
  readonly #folder: string
  readonly #limits: Limits

  constructor(home: string, limits: Limits) {
    this.#folder = path.join(home, 'spool')
    this.#limits = limits
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    chmodSync(this.#folder, 0o700)
  }

  originalPath(batchId: string, documentId: string): string {
    return path.join(this.#folder, batchId, `${documentId}.pdf`)
  }

  signedPath(batchId: string, documentId: string): string {
    return path.join(this.#folder, batchId, `${documentId}.signed.pdf`)
  }

  /** A signed file, whole and checked, that lacks its time stamp. */
  waitingPath(batchId: string, documentId: string): string {
    return `${this.signedPath(batchId, documentId)}.waiting`
  }

  /** Since when it waits, in milliseconds since the epoch. */
  waitingSinceMs(batchId: string, documentId: string): number | undefined {
    return statSync(this.waitingPath(batchId, documentId), { throwIfNoEntry: false })?.mtimeMs
  }

  /** It gets the name of a finished file as it is. On the disk when it resolves. */
  async nameUnstamped(batchId: string, documentId: string): Promise<void> {
    const file = this.signedPath(batchId, documentId)
    await renamePatiently(this.waitingPath(batchId, documentId), file)
    await syncFolder(path.dirname(file))
  }

  removeWaiting(batchId: string, documentId: string): void {
    rmSync(this.waitingPath(batchId, documentId), { force: true })
  }

  async receive(batchId: string, documentId: string): Promise<Reception> {
    const finished = this.originalPath(batchId, documentId)
    try {
      mkdirSync(path.dirname(finished), { recursive: true, mode: 0o700 })
      return new Reception(await open(`${finished}.part`, newFile, 0o600), finished, this.#limits)
    } catch (cause) {
      return refuseDisk(cause, this.#folder)
    }
  }

  /** Size in bytes, or undefined where there is no such file. */
  sizeOf(file: string): number | undefined {
    return statSync(file, { throwIfNoEntry: false })?.size
  }

  removeOriginal(batchId: string, documentId: string): void {
    rmSync(this.originalPath(batchId, documentId), { force: true })
    this.#removeIfEmpty(batchId)
  }

  removeSigned(batchId: string, documentId: string): void {
    rmSync(this.signedPath(batchId, documentId), { force: true })
    this.removeWaiting(batchId, documentId)
    this.#removeIfEmpty(batchId)
  }

  /** What an agent that was killed left half written. */
  removeParts(): void {
    for (const { batchId, file } of this.#files()) if (file.endsWith('.part')) rmSync(path.join(this.#folder, batchId, file), { force: true })
  }

  /** Whole files on the disk. */
  files(): SpooledFile[] {
    const whole = this.#files().filter(({ file }) => /\.pdf(\.waiting)?$/.test(file))
    return whole.map(({ batchId, file }) => ({
      batchId,
      documentId: file.slice(0, file.indexOf('.')),
      isSigned: file.includes('.signed.pdf'),
      writtenMs: statSync(path.join(this.#folder, batchId, file)).mtimeMs,
    }))
  }

  #files(): { batchId: string; file: string }[] {
    // A link is no folder of ours, and what lies beside them is none of our business.
    const folders = readdirSync(this.#folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    return folders.flatMap(({ name: batchId }) => readdirSync(path.join(this.#folder, batchId)).map((file) => ({ batchId, file })))
  }

  #removeIfEmpty(batchId: string): void {
    const folder = path.join(this.#folder, batchId)
    if (statSync(folder, { throwIfNoEntry: false }) && readdirSync(folder).length === 0) rmdirSync(folder)
  }
}

/** Made anew or emptied, but never through a link to somewhere else. Windows has no such flag, and lets only administrators make links. */
const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (process.platform === 'win32' ? 0 : constants.O_NOFOLLOW)

interface SentFile {
  sizeBytes: number
  sha256: string
}

/** A document while it arrives: written and hashed piece by piece, visible under its name only when it is whole. */
export class Reception {
  readonly #file: FileHandle
  readonly #finished: string
  readonly #limits: Limits
  readonly #digest: Hash = createHash('sha256')
  #sizeBytes = 0
  /** Pieces are written one after the other, in the order in which they came. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(file: FileHandle, finished: string, limits: Limits) {
    this.#file = file
    this.#finished = finished
    this.#limits = limits
  }

  /** Resolves to the offset that is expected next, when the piece is with the operating system. */
  write(offset: number, bytes: Uint8Array): Promise<number> {
    return this.#inTurn(async () => {
      if (offset !== this.#sizeBytes) refuse('document-changed')
      const nextOffset = offset + bytes.length
      if (nextOffset > this.#limits.documentBytes) {
        refuse('document-too-large', { size: `> ${megabytes(this.#limits.documentBytes)}`, limit: megabytes(this.#limits.documentBytes) })
      }
      this.#digest.update(bytes)
      await this.#file.write(bytes, 0, bytes.length, offset)
      this.#sizeBytes = nextOffset
      return nextOffset
    })
  }

  /** Compares with what the sender hashed, then: write → fsync → rename → fsync folder. */
  end(sent: SentFile): Promise<void> {
    return this.#inTurn(async () => {
      this.#requireWhole(sent)
      await this.#file.sync()
      await this.#file.close()
      await renamePatiently(`${this.#finished}.part`, this.#finished)
      await syncFolder(path.dirname(this.#finished))
    })
  }

  /** The same for a file that is only looked at: it stays without a name until it is discarded. @returns where it lies */
  endUnnamed(sent: SentFile): Promise<string> {
    return this.#inTurn(async () => {
      this.#requireWhole(sent)
      await this.#file.close()
      return `${this.#finished}.part`
    })
  }

  async discard(): Promise<void> {
    await this.#turn
    await this.#file.close().catch(() => undefined)
    await rm(`${this.#finished}.part`, { force: true })
  }

  #requireWhole({ sizeBytes, sha256 }: SentFile): void {
    if (this.#sizeBytes !== sizeBytes || this.#digest.digest('hex') !== sha256) refuse('document-changed')
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(work).catch((cause: unknown) => refuseDisk(cause, path.dirname(this.#finished)))
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}

export async function sha256OfFile(file: string): Promise<string> {
  const digest = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), digest)
  return digest.digest('hex')
}

/** What the operating system says about the disk, in the words of the table; anything else goes on as it is. */
export function refuseDisk(cause: unknown, folder: string): never {
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return refuse('disk-full', undefined, cause)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    // A link lies where a file of ours should be.
    case 'ELOOP':
    // The folder is gone, or (by mkdir with `recursive`) cannot be written.
    case 'ENOENT':
      return refuse('folder-unwritable', { folder }, cause)
    case undefined:
    default:
      throw cause
  }
}

/** Makes a rename durable. Windows has no such call and needs none (NTFS journals the rename). */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`
}
