import { refuse } from '../../shared/errors.ts'
import type { CertificateView } from '../../shared/protocol/list-certificates.ts'
import type { DocumentView, RegisteredFacts, SignToAgent } from '../../shared/protocol/sign.ts'
import { appearanceLines } from '../../shared/text/appearance.ts'
import type { ImageUse } from '../../shared/protocol/image.ts'
import type { Settings } from '../settings/settings.ts'
import type { ActDate, ActRequest } from '../signing/acts/act.ts'
import type { ActDetails, BatchRecord } from './batch-rows.ts'
import type { ImageStore } from './image-store.ts'

interface ActParts {
  batch: Pick<BatchRecord, 'profile' | 'certificate' | 'details'>
  document: Pick<DocumentView, 'registered' | 'marks'>
  settings: Pick<Settings, 'appearance' | 'anyKey'>
  images: Pick<ImageStore, 'pathOf'>
  signedAt: Date
}

/**
 * The act of a batch on one document. Numbers and days are those that the document system has on register: where it has none the
 * act is refused, and nothing is made up. A block that is not found leaves the place that is proposed; the sign window has said so
 * before the clerk agreed.
 */
export function actRequest({ batch, document: { registered = {}, marks = [] }, settings, images, signedAt }: ActParts): ActRequest {
  const { certificate: signer, details } = batch
  const { visible, sealMm } = settings.appearance
  const imageFor = (use: ImageUse): string | undefined => images.pathOf({ certificateSha256: signer.sha256, use })
  const hand = imageFor('signature') ?? settings.appearance.signatureImage
  const seal = imageFor('seal') ?? settings.appearance.sealImage
  const lines = appearanceLines(signer, signedAt)
  // What the clerk agreed to is drawn exactly there; before that, by reading.
  const places = Object.fromEntries(marks.map(({ mark, page, x, y, width, height }) => [mark, { page, x, y, width, height }]))
  const common = { whenUnsure: 'propose', keyRole: signer.role, anyKey: settings.anyKey, invisible: !visible, places } as const
  switch (batch.profile) {
    case 'approve':
      return { act: 'approve', ...common, lines, ...(hand === undefined ? {} : { image: hand }) }
    case 'initials':
      return { act: 'initials', ...common, image: imageFor('initials') ?? hand ?? refuse('image-missing', { holder: signer.holder }) }
    case 'comment':
      return { act: 'comment', ...common, text: details.comment ?? '', holder: signer.holder }
    case 'issue':
      return { act: 'issue', ...common, lines, sealMm, ...(seal === undefined ? {} : { image: seal }), ...issued(registered), ...ownKey(details) }
    case 'income':
      return { act: 'income', ...common, agency: agencyOf(signer), ...arrived(registered) }
    case 'appendix':
      return { act: 'appendix', ...common, code: registered.number ?? refuse('code-missing') }
    case 'copy':
      return { act: 'copy', ...common, form: details.copyForm ?? 'full', agency: agencyOf(signer) }
  }
}

/** What the act of a new batch needs beside its key. @throws RefusalError message-malformed where it is missing */
export function actDetails(
  { profile, copyForm, comment }: Pick<Extract<SignToAgent, { step: 'open' }>, 'profile' | 'copyForm' | 'comment'>,
  ownCertificate: CertificateView | undefined,
): ActDetails {
  if (profile === 'comment' && comment === undefined) refuse('message-malformed', { kind: 'open' })
  return { ...(ownCertificate === undefined ? {} : { ownCertificate }), ...(copyForm === undefined ? {} : { copyForm }), ...(comment === undefined ? {} : { comment }) }
}

function ownKey({ ownCertificate }: ActDetails): { ownCertificateSha256?: string } {
  return ownCertificate ? { ownCertificateSha256: ownCertificate.sha256 } : {}
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
