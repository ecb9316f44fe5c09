import { useId } from 'preact/hooks'
import type { SignChoice, View } from '../../shared/messages/view.ts'
import { limits } from '../../shared/protocol/limits.ts'
import { copyWords } from './profile-words.ts'
import { useSay } from './say.ts'

type Certificate = View['certificates'][number]
type CopyForm = NonNullable<SignChoice['copyForm']>

/** What an act needs beside the key that does it. */
export type ActDetails = Pick<SignChoice, 'ownCertificateSha256' | 'copyForm' | 'comment'>

interface Act {
  view: Pick<View, 'certificates' | 'lastDetails'>
  /** None for files of this PC. */
  site: string | undefined
  profile: SignChoice['profile']
  /** Whose key does the act. */
  certificate: Certificate
  /** What the clerk has chosen and typed here so far, for whichever act; an empty own certificate is a plain no. */
  given: ActDetails
}

/** What goes along with the choice: what the clerk gave here, else what was used last on this site; nothing of other acts. */
export function detailsOf(act: Act): ActDetails {
  const { view, site, profile, given } = act
  const last = site === undefined ? undefined : view.lastDetails?.[site]
  switch (profile) {
    case 'issue': {
      const wanted = given.ownCertificateSha256 ?? last?.ownCertificateSha256
      const own = ownCertificates(act).find(({ sha256 }) => sha256 === wanted)
      return own ? { ownCertificateSha256: own.sha256 } : {}
    }
    case 'copy':
      return { copyForm: given.copyForm ?? last?.copyForm ?? 'full' }
    case 'comment':
      return given.comment?.trim() ? { comment: given.comment.trim() } : {}
    case 'approve':
    case 'appendix':
    case 'income':
    case 'initials':
      return {}
  }
}

/** False while the act still needs something to be typed. */
export function isComplete(profile: SignChoice['profile'], { comment }: ActDetails): boolean {
  return profile !== 'comment' || comment !== undefined
}

/** Keys that may number and date ahead of the agency's seal. */
function ownCertificates({ view, certificate }: Pick<Act, 'view' | 'certificate'>): Certificate[] {
  if (certificate.role === 'person') return []
  return view.certificates.filter(({ sha256, role, refusal }) => role !== 'agency' && !refusal && sha256 !== certificate.sha256)
}

/** Under the choice of the act: the registrar's own key, the form of a copy, the words of a comment. Nothing for the other acts. */
export function ActDetailsFields({ onGive, ...act }: Act & { onGive: (given: ActDetails) => void }) {
  const { profile, given } = act
  const own = ownCertificates(act)
  const give = (part: ActDetails) => onGive({ ...given, ...part })
  const { ownCertificateSha256 = '', copyForm = 'full' } = detailsOf(act)
  switch (profile) {
    case 'issue':
      return own.length === 0 ? null : <OwnCertificate certificates={own} value={ownCertificateSha256} onChoose={(sha256) => give({ ownCertificateSha256: sha256 })} />
    case 'copy':
      return <CopyFormChoice value={copyForm} onChoose={(form) => give({ copyForm: form })} />
    case 'comment':
      return <CommentField value={given.comment ?? ''} onType={(comment) => give({ comment })} />
    case 'approve':
    case 'appendix':
    case 'income':
    case 'initials':
      return null
  }
}

function OwnCertificate({ certificates, value, onChoose }: { certificates: readonly Certificate[]; value: string; onChoose: (sha256: string) => void }) {
  const say = useSay()
  const id = useId()
  return (
    <div class="act-details">
      <label for={id} class="soft">
        {say.ownCertificate}
      </label>
      <select id={id} class="field" value={value} aria-describedby={`${id}-hint`} onChange={(event) => onChoose(event.currentTarget.value)}>
        <option value="">{say.ownCertificateNone}</option>
        {certificates.map(({ sha256, holder, token }) => (
          <option key={sha256} value={sha256}>
            {`${holder} · ${token}`}
          </option>
        ))}
      </select>
      <span id={`${id}-hint`} class="soft small">
        {value !== '' && say.ownCertificateHint}
      </span>
    </div>
  )
}

function CopyFormChoice({ value, onChoose }: { value: CopyForm; onChoose: (form: CopyForm) => void }) {
  const say = useSay()
  const id = useId()
  const words = copyWords(say)
  return (
    <div class="certificate-choice">
      <label for={id} class="soft">
        {say.copyForm}
      </label>
      <select id={id} class="field" value={value} onChange={(event) => onChoose(event.currentTarget.value as CopyForm)}>
        {(['full', 'recopy', 'extract'] as const).map((form) => (
          <option key={form} value={form}>
            {words[form]}
          </option>
        ))}
      </select>
    </div>
  )
}

function CommentField({ value, onType }: { value: string; onType: (comment: string) => void }) {
  const say = useSay()
  const id = useId()
  return (
    <div class="act-details">
      <label for={id} class="soft">
        {say.commentText}
      </label>
      <textarea id={id} class="field" rows={2} required maxLength={limits.commentCharacters} value={value} onInput={(event) => onType(event.currentTarget.value)} />
    </div>
  )
}
