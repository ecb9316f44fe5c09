import { stat } from 'node:fs/promises'
import { parentPort } from 'node:worker_threads'
import { RefusalError, refusalOf, type Refusal } from '../../shared/errors.ts'
import { ServerError } from '../trust/server-question.ts'
import type { ServerQuestion } from '../trust/server-question.ts'
import { inspectDocument } from './inspect-document.ts'
import { readLandmarks } from './placement/read-landmarks.ts'
import { loadTextPages } from './placement/text-pages.ts'
import { loadTextReader } from './read-text.ts'
import { signFile } from './sign-file.ts'
import { createStages, type Stage } from './stage.ts'
import type { FromWorker, Task, ToWorker } from './worker-messages.ts'

/** The entry of a document worker: the only threads that load PDF, CMS, fonts and pictures. */
const port = parentPort
if (!port) throw new Error('this program is a worker thread')

/** Of the limits, for reading text: where it is given up the document is planned without, and both together are to stay within them. */
const textShare = 0.5
/** Text is read in parts: a larger file has no more time for it than a small one. */
const textBytes = 0

const tell = (news: FromWorker): void => port.postMessage(news)
const stageOf = createStages(tell)
const signatures = new Map<number, PromiseWithResolvers<Uint8Array>>()
const answers = new Map<number, PromiseWithResolvers<Uint8Array>>()

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'start':
      void start(message.id, message.task)
      break
    case 'signature':
      signatures.get(message.id)?.resolve(message.signature)
      break
    case 'abandon':
      signatures.get(message.id)?.reject(new Error('the key refused'))
      break
    case 'answer':
      answers.get(message.id)?.resolve(message.answer)
      break
    case 'no-answer':
      answers.get(message.id)?.reject(new ServerError(message.reason))
      break
  }
})

async function start(id: number, task: Task): Promise<void> {
  const stage = stageOf(id)
  try {
    const outcome = await perform(id, task, stage)
    stage.leave()
    tell({ kind: 'done', id, outcome })
  } catch (error) {
    stage.leave()
    tell({ kind: 'refused', id, refusal: refusalOf(error), stack: stackOf(error) })
  } finally {
    signatures.delete(id)
    answers.delete(id)
  }
}

async function perform(id: number, task: Task, stage: Stage): Promise<Extract<FromWorker, { kind: 'done' }>['outcome']> {
  switch (task.kind) {
    case 'inspect':
      await stage.enter((await stat(task.path)).size)
      return inspectDocument(task.path, task.how)
    case 'read': {
      const { path, job } = task
      const [readText, planning] = await Promise.all([loadTextReader(), job && import('./acts/plan-act.ts')])
      await stage.enter(textBytes, textShare)
      const { text, landmarks } = await readText(path)
      if (job === undefined || planning === undefined) return { text }
      return planning.planAct(job, landmarks).then(
        (plan) => ({ text, plan }),
        (error: unknown) => ({ text, refusal: planRefusal(error) }),
      )
    }
    case 'plan': {
      // Loaded before the clock runs, and only by workers that plan.
      const [openTextPages, { planAct }] = await Promise.all([task.readText ? loadTextPages() : undefined, import('./acts/plan-act.ts')])
      await (task.readText ? stage.enter(textBytes, textShare) : stage.enter((await stat(task.job.input)).size))
      return planAct(task.job, await readLandmarks(openTextPages, task.job.input))
    }
    case 'sign':
      return signFile(task.job, stage, (digest) => askKey(id, digest))
    case 'compare': {
      const { compareCopy } = await import('../verify/compare-copy.ts')
      await stage.enter((await stat(task.copy)).size)
      return compareCopy(task.signed, task.copy)
    }
    case 'prepare-image': {
      const { prepareImage } = await import('./appearance/prepare-image.ts')
      await stage.enter((await stat(task.job.input)).size)
      return prepareImage(task.job)
    }
    case 'raise': {
      const { raiseFile } = await import('./raise-file.ts')
      return raiseFile(task.job, stage, { askServer: (question) => askServer(id, question), onStamped: (at) => tell({ kind: 'stamped', id, at }) })
    }
    case 'check-certificate': {
      const { checkCertificate } = await import('./check-certificate.ts')
      return checkCertificate(task.job, stage, (question) => askServer(id, question))
    }
    case 'stamp': {
      const { stampDigest } = await import('./stamp-digest.ts')
      return stampDigest(task.job, stage, (question) => askServer(id, question))
    }
  }
}

/** A defect goes on as one. */
function planRefusal(error: unknown): Refusal {
  if (error instanceof RefusalError) return error.refusal
  throw error
}

function askServer(id: number, question: ServerQuestion): Promise<Uint8Array> {
  const answer = Promise.withResolvers<Uint8Array>()
  answers.set(id, answer)
  tell({ kind: 'question', id, question })
  return answer.promise
}

function askKey(id: number, digest: Uint8Array): Promise<Uint8Array> {
  const answer = Promise.withResolvers<Uint8Array>()
  signatures.set(id, answer)
  tell({ kind: 'digest', id, digest })
  return answer.promise
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
