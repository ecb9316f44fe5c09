import type { BatchOnScreen } from '../../shared/messages/view.ts'
import { needsInsisting } from '../../shared/protocol/document-states.ts'
import { maySignWith } from './certificate-check.tsx'
import { CertificateWords } from './certificate-choice.tsx'
import { isOpen } from './count-batch.ts'
import { sizeText } from './format.ts'
import { useLanguage, useSay } from './say.ts'
import type { UiEvents } from './ui-events.ts'

/** The foot of the window: the code, who signs, the total, and the one button that signs. */
export function Consent({ batch, insisting, on }: { batch: BatchOnScreen; insisting: boolean; on: UiEvents }) {
  const say = useSay()
  const language = useLanguage()
  const signable = batch.documents.filter((document) => document.state !== 'refused' && !needsInsisting(document))
  const pages = signable.reduce((sum, { facts }) => sum + (facts?.pages ?? 0), 0)
  const sizeBytes = signable.reduce((sum, document) => sum + (document.sizeBytes ?? 0), 0)
  const shown = [say.documents(signable.length), ...(pages > 0 ? [say.pages(pages)] : []), ...(sizeBytes > 0 ? [sizeText(sizeBytes, language)] : [])]
  const comparing = batch.state === 'offered' || batch.state === 'approving'
  return (
    <footer class="consent">
      {comparing && batch.shortCode && (
        <div class="consent-part">
          <span class="soft small">{say.shortCode}</span>
          <strong class="code">{batch.shortCode}</strong>
          <span class="soft small">{say.shortCodeHint}</span>
        </div>
      )}
      {batch.certificate && (
        <div class="consent-part">
          <span class="soft small">{say.signWith}</span>
          <CertificateWords certificate={batch.certificate} />
          <span class="soft small">{shown.join(' · ')}</span>
        </div>
      )}
      {batch.state === 'offered' && batch.next && <Recipients next={batch.next} />}
      <ConsentButtons batch={batch} signable={signable.length} insisting={insisting} on={on} />
    </footer>
  )
}

/** Who gets the documents if they are sent on, each once; the system's own words. */
function Recipients({ next }: { next: NonNullable<BatchOnScreen['next']> }) {
  const say = useSay()
  const names = [...new Set(Object.values(next.recipients).flatMap((words) => words.split(/\s*[;\n]\s*/)).filter(Boolean))]
  return (
    <details class="consent-part recipients">
      <summary class="soft small">
        {next.label}: {names.length > 0 ? say.recipients(names.length) : say.recipientsUnknown}
      </summary>
      <ul class="small">
        {names.map((name) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
    </details>
  )
}

function ConsentButtons({ batch, signable, insisting, on }: { batch: BatchOnScreen; signable: number; insisting: boolean; on: UiEvents }) {
  const say = useSay()
  const { batchId, state, next, waiting } = batch
  const maySign = maySignWith(batch, insisting)
  const consent = { batchId, ...(insisting ? { insist: true } : {}) }
  return (
    <div class="consent-buttons">
      {!isOpen(batch) && (
        <button type="button" class="button" onClick={on.openPanel}>
          {say.openPanel}
        </button>
      )}
      {(isOpen(batch) || state === 'stopped') && waiting !== 'stamp' && (
        <button type="button" class="button" onClick={() => on.send({ kind: 'cancel', batchId })}>
          {state === 'signing' || state === 'paused' ? say.stopSigning : state === 'stopped' ? say.cancelBatch : say.cancel}
        </button>
      )}
      {state === 'signing' && waiting !== 'stamp' && (
        <button type="button" class="button" onClick={() => on.send({ kind: 'pause', batchId })}>
          {say.pause}
        </button>
      )}
      {state === 'paused' && (
        <button type="button" class="button seal" onClick={() => on.send({ kind: 'go-on', batchId })}>
          {say.signOn}
        </button>
      )}
      {(state === 'open' || state === 'offered') && (
        <button type="button" class={next ? 'button' : 'button seal'} disabled={state === 'open' || signable === 0 || !maySign} onClick={() => on.send({ kind: 'approve', ...consent })}>
          {say.sign(signable)}
        </button>
      )}
      {state === 'offered' && next && signable > 0 && (
        <button type="button" class="button seal" disabled={!maySign} onClick={() => on.send({ kind: 'approve', ...consent, sendOn: true })}>
          {say.signAndSend(signable)}
        </button>
      )}
      {state === 'stopped' && (
        <button type="button" class="button seal" disabled={!maySign} onClick={() => on.send({ kind: 'retry', ...consent })}>
          {say.signOn}
        </button>
      )}
    </div>
  )
}
