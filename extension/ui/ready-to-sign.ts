import type { FoundDocument } from '../../shared/messages/page.ts'
import type { SignChoice } from '../../shared/messages/view.ts'
import { unmarked } from '../../shared/text/unmarked.ts'
import { awaits } from './proposed-act.ts'

type Act = SignChoice['profile']

/** Why a document is not among "all": the clerk can still choose it by itself. */
export const exceptions = ['secret', 'inBatch', 'done', 'unsure', 'notAwaited'] as const
export type Exception = (typeof exceptions)[number]

export interface ReadyToSign {
  ready: FoundDocument[]
  leftOut: Partial<Record<Exception, number>>
}

/**
 * What "all" means where nothing is chosen: the documents that wait for this act as far as the page and the batches of this browser tell.
 * Never a secret one, one that is signed or in a batch already, or one that may be no document.
 * @param page all documents of the page, of which a filter may show some: whether the page tells what they wait for is seen in all of them
 */
export function readyToSign(documents: readonly FoundDocument[], act: Act, page = documents): ReadyToSign {
  const pageTells = tellsActs(page)
  const result: ReadyToSign = { ready: [], leftOut: {} }
  for (const document of documents) {
    const exception = exceptionOf(document, act, pageTells)
    if (exception === undefined) result.ready.push(document)
    else result.leftOut[exception] = (result.leftOut[exception] ?? 0) + 1
  }
  return result
}

/** Those that still want this act's signature, whether or not "all" means them: secret ones, and those of a batch that is not over, are among them. */
export function unfinished(documents: readonly FoundDocument[], act: Act): FoundDocument[] {
  const pageTells = tellsActs(documents)
  return documents.filter((document) => document.batch !== 'signed' && (pageTells ? awaits(document) === act : !isOver(document.state, act)))
}

function tellsActs(documents: readonly FoundDocument[]): boolean {
  return documents.some((document) => awaits(document) !== undefined)
}

/** `pageTells`: the site's descriptor says of some documents what they wait for; the others wait for nothing. */
function exceptionOf(document: FoundDocument, act: Act, pageTells: boolean): Exception | undefined {
  if (document.secrecy !== undefined) return 'secret'
  if (document.batch === 'signed') return 'done'
  if (document.batch === 'open') return 'inBatch'
  if (document.certainty !== 'certain') return 'unsure'
  if (pageTells) return awaits(document) === act ? undefined : 'notAwaited'
  return isOver(document.state, act) ? 'done' : undefined
}

const notOurs = /\b(huy|thu hoi|tu choi|tra lai)\b/
const issued = /\bda (duoc )?(phat hanh|ban hanh|dong dau|gui(?! trinh))\b|\bhoan thanh\b/
const signed = /\bda (duoc )?(ky(?! nhay| tat)|duyet|phe duyet)\b/
const initialled = /\bda (duoc )?ky\b/

/** Whether the list's own words say that this act is done, or came too late. What they do not say waits for the clerk's look in the review. */
function isOver(state: string | undefined, act: Act): boolean {
  const words = unmarked(state ?? '')
  if (notOurs.test(words)) return true
  switch (act) {
    case 'initials':
      return [issued, signed, initialled].some((over) => over.test(words))
    case 'comment':
    case 'approve':
      return issued.test(words) || signed.test(words)
    case 'issue':
    case 'appendix':
      return issued.test(words)
    case 'copy':
    case 'income':
      return false
  }
}
