import { refusalOf, refuse } from '../../shared/errors.ts'
import type { StepToPage } from '../../shared/messages/page.ts'
import { LineLost } from '../../shared/messages/line-lost.ts'
import { partsOf, PortTalk, type TalkPort } from '../../shared/messages/port-talk.ts'
import { readHere } from './fetch-here.ts'
import type { Page } from './find-by-site.ts'
import { findRow } from './find-row.ts'
import type { Source } from './found.ts'
import { askWithHeader, returnByCall, returnByDrop, returnByForm, returnByPage, shorten, stepByCall, stepByClick, stepByForm } from './return-here.ts'

export interface PortParts {
  page: Page
  /** How a document of this frame is fetched; undefined when it is no longer there. */
  sourceOf: (key: string) => Promise<Source | undefined>
}

/** Serves one conversation on a port that the background opened, named `document`, `return` or `row`. */
export async function answerPort(name: string, port: TalkPort, parts: PortParts): Promise<void> {
  const talk = new PortTalk(port, parts.page.location.host)
  try {
    if (name === 'document') await giveDocument(talk, parts)
    else if (name === 'row') await tellOfSite(talk, parts)
    else await takeSigned(talk, parts)
  } catch (error) {
    // A port that is closed already takes no more words, and nobody is left to hear them.
    if (refusalOf(error).code === 'page-gone') return
    talk.say({ kind: 'failed', refusal: refusalOf(error), ...(error instanceof LineLost ? { cutAt: error.cutAt } : {}) })
  }
}

async function giveDocument(talk: PortTalk, { page, sourceOf }: PortParts): Promise<void> {
  const request = await talk.hear()
  if (request.kind !== 'fetch') refuse('message-malformed', { kind: request.kind })
  const source = (await sourceOf(request.key)) ?? refuse('download-failed', { status: '?' })
  await talk.sendBytes(partsOf(await readHere(source, page)))
}

async function tellOfSite(talk: PortTalk, { page }: PortParts): Promise<void> {
  const request = await talk.hear()
  if (request.kind !== 'row' && request.kind !== 'ask') return refuse('message-malformed', { kind: request.kind })
  if (new URL(request.url).origin !== page.location.origin) return refuse('delivery-elsewhere', { site: new URL(request.url).host })
  if (request.kind === 'ask') return talk.say({ kind: 'answered', answer: shorten(await askWithHeader(request, page)) })
  talk.say({ kind: 'row-is', found: await findRow(request.url, request.selector) })
}

async function takeSigned(talk: PortTalk, { page }: PortParts): Promise<void> {
  const request = await talk.hear()
  if (request.kind === 'step') return takeStep(talk, request.way, page)
  if (request.kind !== 'return') return refuse('message-malformed', { kind: request.kind })
  const parts: Uint8Array<ArrayBuffer>[] = []
  for await (const part of talk.receiveBytes()) parts.push(part)
  const file = new File(parts, request.name, { type: 'application/pdf' })
  const { wayBack } = request
  switch (wayBack.by) {
    case 'api':
      return talk.say({ kind: 'answered', answer: shorten(await returnByCall(wayBack, file, page)) })
    case 'form':
      return talk.say({ kind: 'answered', answer: shorten(await returnByForm(wayBack, file)) })
    // Told before the form goes: afterwards this script may be gone with its page.
    case 'drop':
      talk.say({ kind: 'submitted' })
      return returnByDrop(wayBack, file, page.document)
    case 'page':
      talk.say({ kind: 'submitted' })
      return returnByPage(wayBack, file, page.document)
  }
}

async function takeStep(talk: PortTalk, way: StepToPage['way'], page: Page): Promise<void> {
  if (way.by === 'form') return talk.say({ kind: 'answered', answer: shorten(await stepByForm(way)) })
  if (way.by === 'api') return talk.say({ kind: 'answered', answer: shorten(await stepByCall(way, page)) })
  // Before it is pressed: afterwards this script may be gone with its page.
  talk.say({ kind: 'submitted' })
  stepByClick(way, page.document)
}
