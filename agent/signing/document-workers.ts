import { availableParallelism } from 'node:os'
import { RefusalError, refusalOf, refuse } from '../../shared/errors.ts'
import type { DocumentFacts } from '../../shared/protocol/sign.ts'
import { pictureLimit } from './appearance/picture-limit.ts'
import type { PreparedImage } from './appearance/prepare-image.ts'
import type { ActPlan } from './acts/act.ts'
import type { ReadText } from './read-text.ts'
import type { ActPlanner, DocumentWorkers, PlanJob, SignedDocument, SignJob } from './sign-document.ts'
import { signSteps } from './acts/sign-steps.ts'
import { createWorkerPool, type PoolOptions } from './worker-pool.ts'
import type { ReadOutcome } from './worker-messages.ts'

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
const noText: ReadText = { number: '', subject: '', hasText: false, hasBlock: false }

/** Reading and signing have workers of their own, so that a hostile file cannot hold up a batch that is being signed. */
export function createDocumentWorkers(options: DocumentWorkersOptions = {}): DocumentWorkers & ActPlanner {
  const common: Omit<PoolOptions, 'size' | 'tasksPerWorker'> = {
    deadlineMs: options.stageDeadlineMs ?? 3_000,
    growthBytes: options.growthBytes ?? 256 * 1024 * 1024,
    idleMs: options.idleMs ?? 10_000,
  }
  const inspecting = createWorkerPool({ ...common, size: 1, tasksPerWorker: 1 })
  const size = options.size ?? Math.min(2, availableParallelism())
  const signing = createWorkerPool({ ...common, size, tasksPerWorker: tasksAhead })

  /** Text is a convenience: a document whose text cannot be read is signed all the same. */
  async function read(path: string, job: PlanJob | undefined): Promise<ReadOutcome> {
    try {
      return (await inspecting.run({ kind: 'read', path, ...(job ? { job } : {}) })) as ReadOutcome
    } catch (error) {
      if (refusalOf(error).code === 'cancelled') throw error
    }
    if (job === undefined) return { text: noText }
    return { text: noText, plan: (await inspecting.run({ kind: 'plan', job, readText: false })) as ActPlan }
  }

  /** A document whose text cannot be read in time is planned without it. */
  async function plan(job: PlanJob): Promise<ActPlan> {
    const run = async (withText: boolean): Promise<ActPlan> => (await inspecting.run({ kind: 'plan', job, readText: withText })) as ActPlan
    try {
      return await run(true)
    } catch (error) {
      if (refusalOf(error).code !== 'document-unreadable') throw error
      return run(false)
    }
  }

  return {
    async inspect(path, how = {}) {
      const { plan: wanted, ...asked } = how
      const facts = (await inspecting.run({ kind: 'inspect', path, how: asked })) as DocumentFacts
      const { text, plan: planned, refusal } = await read(path, wanted && { ...wanted, input: path })
      // What is secret is told as such, whatever the act would say of it.
      if (refusal && text.secrecy === undefined && facts.secrecy === undefined) throw new RefusalError(refusal)
      const { hasText, hasBlock, ...heading } = text
      const unsure = hasText ? (hasBlock ? [] : (['place-unsure'] as const)) : (['no-text'] as const)
      return { ...facts, ...heading, warnings: [...facts.warnings, ...unsure], ...(planned ? { plan: planned } : {}) }
    },

    plan,

    async sign(job, askKey, onPrepared) {
      let told = false
      const signOne = async (one: SignJob, step: { more: boolean; byOwnKey: boolean }): Promise<SignedDocument> => {
        const onDigest = (digest: Uint8Array): Promise<Uint8Array> => {
          // A document whose worker died by another one's fault is prepared again.
          if (!told) onPrepared?.()
          told = true
          return askKey(digest, step)
        }
        return (await signing.run({ kind: 'sign', job: one }, { askKey: onDigest })) as SignedDocument
      }
      if (!job.act) return signOne(job, { more: false, byOwnKey: false })
      const { steps } = await plan({ input: job.input, certificates: job.certificates, signedAt: job.signedAt, act: job.act })
      return signSteps(job, steps, signOne)
    },

    /** A copy that no worker survives is no signed file any more. */
    async compare(signed, copy) {
      try {
        return (await inspecting.run({ kind: 'compare', signed, copy })) as 'extended' | 'broken'
      } catch (error) {
        if (refusalOf(error).code === 'document-unreadable') return 'broken'
        throw error
      }
    },

    /** A picture that no worker survives is none that can be kept. */
    async prepareImage(job) {
      try {
        return (await inspecting.run({ kind: 'prepare-image', job })) as PreparedImage
      } catch (error) {
        const { code, facts } = refusalOf(error)
        if (code !== 'document-unreadable') throw error
        return facts['reason'] === 'crash' ? refuse('image-not-picture', undefined, error) : refuse('image-too-large', pictureLimit, error)
      }
    },

    async close() {
      await Promise.all([inspecting.close(), signing.close()])
    },
  }
}
