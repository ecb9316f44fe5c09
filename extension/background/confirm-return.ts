import { refusal, RefusalError, refuse } from '../../shared/errors.ts'
import type { SiteAnswer } from '../../shared/messages/page.ts'
import type { Confirmation, StoredHeader } from '../../shared/messages/way-back.ts'
import { fromElsewhere, loginInText, loginOrError } from '../../shared/messages/read-answer.ts'
import type { ConfirmedBy } from './cursor.ts'
import { LineLost } from '../../shared/messages/line-lost.ts'

/** SHA-256, hexadecimal: of the signed file, and of the one that it replaces. */
export interface Digests {
  signed: string
  original: string
}

/** Which file the document system holds now, by its own word; `unreachable` where the line to it is broken. */
export type Standing = 'signed' | 'original' | 'other' | 'unknown' | 'unreachable'

/** What is asked of the site through a page of it. */
export interface AskSite {
  /** With the header that the page keeps in its storage. */
  askPage: (url: string, header: StoredHeader) => Promise<SiteAnswer>
  /** Looks for the row that the descriptor names; a page that cannot be read confirms nothing. */
  findRow: (row: { url: string; selector: string }) => Promise<boolean>
}

/** A system that takes the file only from who has a header of the page's storage tells its digest to nobody else. */
type Asked = Confirmation & { authorization?: StoredHeader }

/** Refuses with `login-expired` where the system does not know the clerk any more, and with `page-gone` where no page is left that could ask. */
export async function askStanding({ digestUrl, authorization }: Asked, digests: Digests, askPage: AskSite['askPage']): Promise<Standing> {
  if (digestUrl === undefined) return 'unknown'
  const answer = authorization === undefined ? await askHere(digestUrl) : await askPage(digestUrl, authorization).catch(undefinedIfCut)
  if (answer === undefined) return 'unreachable'
  const refused = loginOrError(answer, 'upload-failed') ?? loginInText(answer) ?? fromElsewhere(answer, digestUrl)
  if (refused?.code === 'login-expired') throw new RefusalError(refused)
  return refused === undefined ? standingIn(answer.text, digests) : 'unknown'
}

/** With the clerk's cookies; undefined where the line broke. */
async function askHere(url: string): Promise<SiteAnswer | undefined> {
  const response = await fetch(url, { credentials: 'include', cache: 'no-store' }).catch(() => undefined)
  return response && readAnswer(response).catch(() => undefined)
}

function undefinedIfCut(error: unknown): undefined {
  if (!(error instanceof LineLost)) throw error
}

/** Whether the signed file has arrived. `answer` is undefined where only a tab saw it. Throws the refusal where it has not. */
export async function confirmReturn(way: Asked & { url?: string }, answer: SiteAnswer | undefined, digests: Digests, { askPage, findRow }: AskSite): Promise<ConfirmedBy> {
  if (answer !== undefined) {
    const refused = loginOrError(answer, 'upload-failed') ?? loginInText(answer)
    // A gateway may give up on a system that goes on and stores the file.
    if (refused?.code === 'upload-failed' && (await askStanding(way, digests, askPage)) === 'signed') return 'digest'
    if (refused) throw new RefusalError(refused)
    const elsewhere = way.url === undefined ? undefined : fromElsewhere(answer, way.url)
    if (elsewhere) throw new RefusalError(elsewhere)
    if (standingIn(answer.text, digests) === 'signed') return 'digest'
  }
  if (way.confirm === 'listRow') return (await awaitRow(way, answer, findRow)) ? 'list-row' : refuse('delivery-unconfirmed')
  if (way.confirm !== 'digest') return way.confirm === 'answer' && answer !== undefined ? 'answer' : 'none'
  const standing = answer === undefined ? await awaitStanding(way, digests, askPage) : await askStanding(way, digests, askPage)
  switch (standing) {
    case 'signed':
      return 'digest'
    case 'original':
      // It said yes and kept the old file: most systems answer a refused form with their ordinary page.
      return refuse('upload-failed', { status: answer === undefined ? '?' : String(answer.status) })
    // Other bytes say nothing yet of the signatures in them: whoever reads them back will see.
    case 'other':
    case 'unknown':
      return refuse('delivery-unconfirmed')
    case 'unreachable':
      throw new LineLost('unknown')
  }
}

const pausesMs = [250, 500, 1_000, 2_000, 4_000, 8_000]

/** A form that went from a tab is answered there, some time later. */
async function awaitStanding(way: Asked, digests: Digests, askPage: AskSite['askPage']): Promise<Standing> {
  for (const pauseMs of pausesMs) {
    const standing = await askStanding(way, digests, askPage)
    if (standing === 'signed' || standing === 'other') return standing
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  return askStanding(way, digests, askPage)
}

async function awaitRow({ listRow }: Confirmation, answer: SiteAnswer | undefined, findRow: AskSite['findRow']): Promise<boolean> {
  if (listRow === undefined) return false
  for (const pauseMs of answer === undefined ? pausesMs : []) {
    if (await findRow(listRow)) return true
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  return findRow(listRow)
}

export async function readAnswer(response: Response): Promise<SiteAnswer> {
  const { url, redirected, status, headers } = response
  return { url, redirected, status, contentType: headers.get('content-type') ?? '', text: await response.text() }
}

function standingIn(text: string, { signed, original }: Digests): Standing {
  const digests: string[] = text.toLowerCase().match(/\b[0-9a-f]{64}\b/g) ?? []
  if (digests.includes(signed)) return 'signed'
  if (digests.includes(original)) return 'original'
  return digests.length > 0 ? 'other' : 'unknown'
}

/** What became of a call that broke in the middle: the line, not the system, failed. */
export async function explainBrokenLine(way: Asked, digests: Digests, askPage: AskSite['askPage'], cause: unknown): Promise<ConfirmedBy> {
  switch (await askStanding(way, digests, askPage)) {
    case 'signed':
      return 'digest'
    case 'original':
      throw new LineLost('missing', cause)
    case 'other':
    case 'unknown':
      throw new RefusalError(refusal('delivery-unconfirmed'), { cause })
    case 'unreachable':
      throw new LineLost('unknown', cause)
  }
}
