import { refusalOf, refuse, RefusalError } from '../../shared/errors.ts'
import { LineLost } from '../../shared/messages/line-lost.ts'
import type { NextOfDocument, SiteAnswer } from '../../shared/messages/page.ts'
import type { StepWay } from '../../shared/messages/site.ts'
import { fromElsewhere, loginInText, loginOrError } from '../../shared/messages/read-answer.ts'
import { readAnswer } from './confirm-return.ts'
import type { BatchCursor } from './cursor.ts'
import type { SiteApi } from './return-by-api.ts'

export interface StepParts {
  api: Pick<SiteApi, 'step'>
  /** Has the page send its form, or make a call with the header that it keeps. Undefined where the page went away under it. */
  stepByPage: (cursor: BatchCursor, way: Extract<StepWay, { by: 'form' | 'api' }>) => Promise<SiteAnswer | undefined>
  /** What came of it is seen afterwards. */
  stepByClick: (cursor: BatchCursor, way: Extract<StepWay, { by: 'click' }>) => Promise<void>
}

/**
 * Asks the document system for its next step, once. Throws what the system said where it refused, and `send-unconfirmed` where nobody
 * knows what became of it.
 */
export async function takeStep(parts: StepParts, cursor: BatchCursor, next: NextOfDocument): Promise<void> {
  refuseElsewhere(next, cursor.pageOrigin)
  await requireReady(next)
  const answer = await ask(parts, cursor, next)
  const refused = answer && (loginOrError(answer, 'upload-failed') ?? loginInText(answer) ?? fromElsewhere(answer, next.by.url))
  if (refused?.code === 'login-expired') throw new RefusalError(refused)
  if (refused?.code === 'delivery-unconfirmed') return refuse('send-unconfirmed')
  if (await wasTaken(next, answer)) return
  if (answer === undefined) return refuse('send-unconfirmed')
  return refuse('send-refused', { said: saidIn(next, answer) })
}

/** Whether the system shows that the step was taken: by an earlier worker, or by the clerk's own hand. False where it does not say. */
export async function wasTaken({ done: { url, pattern } }: NextOfDocument, answer?: SiteAnswer): Promise<boolean> {
  const shows = new RegExp(pattern, 'u')
  if (url === undefined) return answer !== undefined && shows.test(answer.text)
  const page = await readPage(url)
  return page !== undefined && shows.test(page.text)
}

/** The site's page with the clerk's cookies; undefined where the line broke. Refuses with `login-expired`. */
async function readPage(url: string): Promise<SiteAnswer | undefined> {
  const response = await fetch(url, { credentials: 'include', cache: 'no-store' }).catch(() => undefined)
  if (response === undefined) return undefined
  const page = await readAnswer(response)
  const refused = loginOrError(page, 'upload-failed') ?? loginInText(page) ?? fromElsewhere(page, url)
  if (refused?.code === 'login-expired') throw new RefusalError(refused)
  return refused === undefined ? page : undefined
}

async function requireReady({ unready }: NextOfDocument): Promise<void> {
  if (unready === undefined) return
  const page = await readPage(unready.url)
  const said = page && new RegExp(unready.pattern, 'u').exec(page.text)
  if (said) refuse('attachments-unsigned', { said: said[1] ?? said[0] })
}

/** Undefined where the line broke, or where only a tab saw the answer. */
async function ask(parts: StepParts, cursor: BatchCursor, { by: way }: NextOfDocument): Promise<SiteAnswer | undefined> {
  try {
    switch (way.by) {
      case 'api':
        return await (way.authorization === undefined ? parts.api.step(way) : parts.stepByPage(cursor, way))
      case 'form':
        return await parts.stepByPage(cursor, way)
      case 'click':
        await parts.stepByClick(cursor, way)
        return undefined
    }
  } catch (thrown) {
    if (thrown instanceof LineLost && thrown.cutAt === 'unknown') return undefined
    const { code, facts } = refusalOf(thrown)
    if (code === 'unexpected') return undefined
    // Before it was asked: its form or its token could not be read. No file is meant here.
    if (code === 'upload-failed') return refuse('send-refused', { said: facts['status'] ?? '?' }, thrown)
    throw thrown
  }
}

function saidIn({ said }: NextOfDocument, { status, text }: SiteAnswer): string {
  const words = said === undefined ? undefined : new RegExp(said, 'u').exec(text)?.[1]
  return words ?? `HTTP ${status}`
}

/** Steps are taken at the page's own origin and nowhere else. */
function refuseElsewhere({ by, unready, done }: NextOfDocument, pageOrigin: string): void {
  const addresses = [by.url, unready?.url, done.url, by.by === 'api' ? by.token?.url : undefined]
  for (const address of addresses) {
    if (address === undefined) continue
    const { origin, host } = new URL(address)
    if (origin !== pageOrigin) refuse('delivery-elsewhere', { site: host })
  }
}
