import type { BatchOnScreen } from '../../shared/messages/view.ts'
import { errorText } from '../../shared/text/errors.ts'
import { Icon } from './icon.tsx'
import { Notice, RefusalNotice } from './notice.tsx'
import { useLanguage, useSay } from './say.ts'

interface CertificateCheckProps {
  batch: BatchOnScreen
  insisting: boolean
  onInsist: (insisting: boolean) => void
}

/** What the authorities say of the certificate. Where nobody could say, the clerk has to tick that they sign all the same. */
export function CertificateCheck({ batch, insisting, onInsist }: CertificateCheckProps) {
  const say = useSay()
  const language = useLanguage()
  const check = batch.certificateCheck
  if (!check || !asks(batch)) return null
  if (check.state === 'asking') return <p class="soft" role="status">{say.certificateAsking}</p>
  if (check.refusal === undefined) {
    return (
      <p class="state good">
        <Icon name="check" size={14} />
        {say.certificateGood}
      </p>
    )
  }
  if (check.state === 'blocked') return <RefusalNotice refusal={check.refusal} urgent />
  return (
    <Notice tone="care" urgent>
      <p>{errorText(check.refusal, language)}</p>
      <label class="insist">
        <input type="checkbox" checked={insisting} onChange={(event) => onInsist(event.currentTarget.checked)} />
        <span>{say.insist}</span>
      </label>
    </Notice>
  )
}

/** Before the PIN is asked for, the answer matters; afterwards it is in the journal. */
function asks({ state }: Pick<BatchOnScreen, 'state'>): boolean {
  return state === 'open' || state === 'offered' || state === 'stopped'
}

/** Whether the clerk may sign as far as the certificate is concerned. */
export function maySignWith({ certificateCheck: check }: Pick<BatchOnScreen, 'certificateCheck'>, insisting: boolean): boolean {
  return check?.state !== 'blocked' && (check?.state !== 'unknown' || insisting)
}
