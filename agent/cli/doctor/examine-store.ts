import { existsSync, statSync } from 'node:fs'
import { readdir, statfs } from 'node:fs/promises'
import path from 'node:path'
import { limits } from '../../../shared/protocol/limits.ts'
import { Journal } from '../../journal/journal.ts'
import { finding, megabytes, type Finding, type Patient } from './finding.ts'

/** Room for one batch of large documents with their signed copies. */
const comfortableBytes = 10 * limits.documentBytes

export async function examineStore({ home }: Patient): Promise<Finding[]> {
  const disk = await examineDisk(home)
  if (!existsSync(path.join(home, 'journal.sqlite'))) return [finding('store', 'ok', 'journal-absent'), disk]
  return [examineJournal(home), await examineSpool(path.join(home, 'spool')), disk]
}

function examineJournal(home: string): Finding {
  try {
    const journal = new Journal(home)
    try {
      return examineDeliveries(journal)
    } finally {
      journal.close()
    }
  } catch (cause) {
    return finding('store', 'bad', 'journal-unreadable', { reason: cause instanceof Error ? cause.message : String(cause) })
  }
}

/** A file is signed from `checked` on, and safe in its document system once it is `delivered`. */
function examineDeliveries(journal: Journal): Finding {
  const waiting = journal.unfinishedBatchIds().map((batchId) => {
    const documents = journal.batch(batchId)?.documents ?? []
    return documents.filter(({ state }) => state === 'checked' || state === 'returned').length
  })
  const count = waiting.reduce((sum, one) => sum + one, 0)
  if (count === 0) return finding('store', 'ok', 'delivered-all')
  return finding('store', 'warn', 'undelivered', { count: String(count), batches: String(waiting.filter((one) => one > 0).length) })
}

async function examineSpool(folder: string): Promise<Finding> {
  const entries = existsSync(folder) ? await readdir(folder, { recursive: true, withFileTypes: true }) : []
  const files = entries.filter((entry) => entry.isFile())
  // A running agent may remove a file while its neighbours are counted.
  const sizes = files.map((entry) => statSync(path.join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0)
  return finding('store', 'ok', 'spool-size', { count: String(files.length), size: megabytes(sizes.reduce((sum, size) => sum + size, 0)) })
}

async function examineDisk(home: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(nearestFolder(home))
  const freeBytes = bavail * bsize
  const facts = { free: megabytes(freeBytes) }
  if (freeBytes >= comfortableBytes) return finding('store', 'ok', 'disk-free', facts)
  return finding('store', freeBytes < 2 * limits.documentBytes ? 'bad' : 'warn', 'disk-low', facts)
}

function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(path.dirname(folder))
}
