import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { refusalOf } from '../../shared/errors.ts'
import type { DocumentFacts } from '../../shared/protocol/sign.ts'
import type { ReadText } from './read-text.ts'
import type { DocumentWorkers, SignedDocument } from './sign-document.ts'
import { createWorkerPool, type PoolOptions } from './worker-pool.ts'

export interface DocumentWorkersOptions {
  /** Worker threads that sign. One is enough for a token; a second one helps keys that answer at once. */
  size?: number
  /** For reading or writing a document of up to 10 MiB; in proportion above. Default 3 s. */
  stageDeadlineMs?: number
  /** How far the process may grow meanwhile. Default 256 MiB. */
  growthBytes?: number
  /** Default 10 s. */
  idleMs?: number
}

const tasksAhead = 4
const textUpToBytes = 10 * 1024 * 1024
const noText: ReadText = { number: '', subject: '', hasText: false }

/** Reading and signing have workers of their own, so that a hostile file cannot hold up a batch that is being signed. */
export function createDocumentWorkers(options: DocumentWorkersOptions = {}): DocumentWorkers {
  const common: Omit<PoolOptions, 'size' | 'tasksPerWorker'> = {
    deadlineMs: options.stageDeadlineMs ?? 3_000,
    growthBytes: options.growthBytes ?? 256 * 1024 * 1024,
    idleMs: options.idleMs ?? 10_000,
  }
  const inspecting = createWorkerPool({ ...common, size: 1, tasksPerWorker: 1 })
  const size = options.size ?? Math.min(2, availableParallelism())
  const signing = createWorkerPool({ ...common, size, tasksPerWorker: tasksAhead })

  /** Text is a convenience: a document whose text cannot be read is signed all the same. */
  async function readText(path: string): Promise<ReadText> {
    try {
      if ((await stat(path)).size > textUpToBytes) return noText
      return (await inspecting.run({ kind: 'read', path })) as ReadText
    } catch (error) {
      if (refusalOf(error).code === 'cancelled') throw error
      return noText
    }
  }

  return {
    async inspect(path) {
      const facts = (await inspecting.run({ kind: 'inspect', path })) as DocumentFacts
      const { hasText, ...heading } = await readText(path)
      return { ...facts, ...heading, warnings: hasText ? facts.warnings : [...facts.warnings, 'no-text'] }
    },

    async sign(job, askKey, onPrepared) {
      let told = false
      const onDigest = (digestSha256: Uint8Array): Promise<Uint8Array> => {
        // A document whose worker died by another one's fault is prepared again.
        if (!told) onPrepared?.()
        told = true
        return askKey(digestSha256)
      }
      return (await signing.run({ kind: 'sign', job }, onDigest)) as SignedDocument
    },

    async close() {
      await Promise.all([inspecting.close(), signing.close()])
    },
  }
}
