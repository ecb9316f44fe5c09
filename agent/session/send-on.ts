import { refusalOf, refuse } from '../../shared/errors.ts'
import type { DocumentView, SignToAgent } from '../../shared/protocol/sign.ts'
import { unmarked } from '../../shared/text/unmarked.ts'
import type { DocumentWorkers } from '../signing/sign-document.ts'
import type { Batch } from './batch.ts'
import type { Spool } from './spool.ts'

type SendOnMessage = Extract<SignToAgent, { step: 'send-on' | 'sent-on' | 'not-sent-on' }>

interface SendOnParts {
  spool: Spool
  workers: Pick<DocumentWorkers, 'inspect'>
}

/**
 * What the extension says of the document system's next step. It does the step only after `sending` is in the journal, and never again
 * by itself, so that nothing is issued twice. A document that is not complete is told as not sent on.
 */
export async function sendOn(batch: Batch, message: SendOnMessage, parts: SendOnParts): Promise<void> {
  const document = batch.document(message.documentId) ?? refuse('batch-unknown')
  const { documentId, state } = document
  switch (message.step) {
    case 'send-on':
      if (!batch.record.sendOn || (state !== 'delivered' && state !== 'sending')) refuse('message-malformed', { kind: 'sign' })
      return announce(batch, document, message.recipients, parts)
    case 'sent-on':
      if (state !== 'sending') refuse('message-malformed', { kind: 'sign' })
      return batch.sentOn(documentId)
    case 'not-sent-on':
      if (state !== 'sending' && state !== 'delivered') refuse('message-malformed', { kind: 'sign' })
      return batch.notSentOn(documentId, message.refusal)
  }
}

async function announce(batch: Batch, document: DocumentView, recipients: string, parts: SendOnParts): Promise<void> {
  const { documentId } = document
  try {
    if (batch.record.profile === 'issue') await requireComplete(batch, document, parts)
  } catch (thrown) {
    return batch.notSentOn(documentId, refusalOf(thrown))
  }
  batch.sendOn(documentId, recipients)
}

/** Nothing goes to its recipients under another number and symbol than the system has, where the text itself bears one, nor that lacks the hand of the person in charge or the agency's signature (Decree 30/2020, articles 14 and 17). */
async function requireComplete({ batchId }: Batch, { documentId, registered }: DocumentView, { spool, workers }: SendOnParts): Promise<void> {
  const { signatures, number, symbol } = await workers.inspect(spool.signedPath(batchId, documentId))
  if (signatures.length < 2 || signatures.some(({ valid }) => !valid)) refuse('issue-unsigned')
  const asked = registered?.number ?? ''
  if (asked.includes('/') && number !== '' && plain(asked) !== plain(number)) refuse('number-differs', { asked, found: number })
  // The number was stamped into its blank: the text holds only the symbol behind it.
  if (number === '' && symbol !== undefined && asked.includes('/') && plain(asked.slice(asked.indexOf('/') + 1)) !== plain(symbol)) refuse('number-differs', { asked, found: `/${symbol}` })
}

/** Case, marks, blanks, kinds of dashes and leading zeros make no other number. */
function plain(number: string): string {
  return unmarked(number).replaceAll(/\s/g, '').replaceAll(/\p{Pd}/gu, '-').replace(/^0+(?=\d)/, '')
}
