import type { AskServer } from '../trust/server-question.ts'
import type { CertificateCheck, EvidenceWorkers, RaisedDocument, StampedDigest } from './raise-document.ts'
import { createWorkerPool } from './worker-pool.ts'

export interface EvidenceWorkersOptions {
  /** The one way to the servers, in the main thread. */
  askServer: AskServer
  /** For reading or writing a document of up to 10 MiB between two questions; in proportion above. Default 5 s. */
  stageDeadlineMs?: number
  /** How far the process may grow meanwhile. Default 256 MiB. */
  growthBytes?: number
  /** Default 10 s. */
  idleMs?: number
}

/** Most of the time a task waits for a server; how many may ask at once is the way's own rule. */
const tasksPerWorker = 12

/** Apart from the workers that sign, so that a slow server holds up nothing but what waits for it. */
export function createEvidenceWorkers({ askServer, ...options }: EvidenceWorkersOptions): EvidenceWorkers {
  const pool = createWorkerPool({
    size: 1,
    tasksPerWorker,
    deadlineMs: options.stageDeadlineMs ?? 5_000,
    growthBytes: options.growthBytes ?? 256 * 1024 * 1024,
    idleMs: options.idleMs ?? 10_000,
  })
  return {
    raise: async (job, { onStamped, unwanted } = {}) => {
      const ask: AskServer = (question) => askServer(question, unwanted)
      return (await pool.run({ kind: 'raise', job }, { askServer: ask, onStamped })) as RaisedDocument
    },
    checkCertificate: async (job) => (await pool.run({ kind: 'check-certificate', job }, { askServer })) as CertificateCheck,
    stamp: async (job, unwanted) => (await pool.run({ kind: 'stamp', job }, { askServer: (question) => askServer(question, unwanted) })) as StampedDigest,
    close: () => pool.close(),
  }
}
