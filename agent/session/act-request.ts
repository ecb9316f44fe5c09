import { refuse } from '../../shared/errors.ts'
import type { DocumentView, RegisteredFacts, SignToAgent } from '../../shared/protocol/sign.ts'
import { appearanceLines } from '../../shared/text/appearance.ts'
import type { Settings } from '../settings/settings.ts'
import type { ActDate, ActRequest } from '../signing/acts/act.ts'
import type { ActDetails, BatchRecord } from './batch-rows.ts'

interface ActParts {
  batch: Pick<BatchRecord, 'profile' | 'certificate' | 'details'>
  document: Pick<DocumentView, 'registered'>
  settings: Pick<Settings, 'appearance' | 'anyKey'>
  signedAt: Date
}

/**
 * The act of a batch on one document. Numbers and days are those that the document system has on register: where it has none the
 * act is refused, and nothing is made up. A block that is not found leaves the place that is proposed; the sign window has said so
 * before the clerk agreed.
 */
export function actRequest({ batch, document: { registered = {} }, settings, signedAt }: ActParts): ActRequest {
  const { certificate: signer, details } = batch
  const { visible, signatureImage, sealImage, sealMm } = settings.appearance
  const lines = appearanceLines(signer, signedAt)
  const common = { whenUnsure: 'propose', keyRole: signer.role, anyKey: settings.anyKey, invisible: !visible } as const
  switch (batch.profile) {
    case 'approve':
      return { act: 'approve', ...common, lines, ...(signatureImage === undefined ? {} : { image: signatureImage }) }
    case 'initials':
      return { act: 'initials', ...common, image: signatureImage ?? refuse('image-missing', { holder: signer.holder }) }
    case 'comment':
      return { act: 'comment', ...common, text: details.comment ?? '', holder: signer.holder }
    case 'issue':
      return { act: 'issue', ...common, lines, sealMm, ...(sealImage === undefined ? {} : { image: sealImage }), ...issued(registered) }
    case 'income':
      return { act: 'income', ...common, agency: agencyOf(signer), ...arrived(registered) }
    case 'appendix':
      return { act: 'appendix', ...common, code: registered.number ?? refuse('code-missing') }
    case 'copy':
      return { act: 'copy', ...common, form: details.copyForm ?? 'full', agency: agencyOf(signer) }
  }
}

/** What the act of a new batch needs beside its key. @throws RefusalError message-malformed where it is missing */
export function actDetails({ profile, copyForm, comment }: Pick<Extract<SignToAgent, { step: 'open' }>, 'profile' | 'copyForm' | 'comment'>): ActDetails {
  if (profile === 'comment' && comment === undefined) refuse('message-malformed', { kind: 'open' })
  return { ...(copyForm === undefined ? {} : { copyForm }), ...(comment === undefined ? {} : { comment }) }
}

function issued({ number, date }: RegisteredFacts): { number?: string; date?: ActDate } {
  return { ...(number === undefined ? {} : { number }), ...(date === undefined ? {} : { date: dayOf(date) }) }
}

function arrived({ arrivalNumber, arrivalDate }: RegisteredFacts): { number: string; date: ActDate } {
  if (arrivalNumber === undefined || arrivalDate === undefined) return refuse('arrival-missing')
  return { number: arrivalNumber, date: dayOf(arrivalDate) }
}

/** @param date `YYYY-MM-DD` */
function dayOf(date: string): ActDate {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  return { year, month, day }
}

function agencyOf({ organisation, holder }: BatchRecord['certificate']): string {
  return organisation === '' ? holder : organisation
}
