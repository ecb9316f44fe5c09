import type { BatchOnScreen, View } from '../../shared/messages/view.ts'
import { proposedCertificate } from './certificate-choice.tsx'
import { isOpen } from './count-batch.ts'
import { Icon } from './icon.tsx'
import { Notice, RefusalNotice } from './notice.tsx'
import { useSay } from './say.ts'
import { testDocument, testDocumentName } from './test-document.ts'
import type { UiEvents } from './ui-events.ts'

interface TestSignatureProps {
  view: View
  now: number
  on: UiEvents
}

/** A first signature that binds nobody, by the whole way that a document takes; then who signed, or why it did not work. */
export function TestSignature({ view, now, on }: TestSignatureProps) {
  const say = useSay()
  const certificate = proposedCertificate(view, undefined, 'approve')
  const tried = view.batches.findLast(({ documents }) => documents.length === 1 && documents[0]?.name === testDocumentName)
  if (!certificate || certificate.refusal) return null
  // An agency's key approves nothing; what it may do by itself is a copy.
  const profile = certificate.role === 'agency' ? 'copy' : 'approve'
  const sign = () => on.signFiles([testDocument(new Date(now))], { certificateSha256: certificate.sha256, profile, ...(profile === 'copy' ? { copyForm: 'full' as const } : {}) })
  const isUnderWay = tried !== undefined && isOpen(tried)
  return (
    <section class="test-signature" aria-labelledby="test-signature">
      <h2 id="test-signature">{say.testTitle}</h2>
      <p class="soft">{say.testText}</p>
      {tried && <Result batch={tried} />}
      {isUnderWay ? (
        <button type="button" class="button" onClick={() => on.openBatch(tried.batchId)}>
          {say.openReview}
        </button>
      ) : (
        <button type="button" class="button" onClick={sign}>
          {tried ? say.testAgain : say.testSign}
        </button>
      )}
    </section>
  )
}

function Result({ batch }: { batch: BatchOnScreen }) {
  const say = useSay()
  const [document] = batch.documents
  const refused = batch.refusal ?? document?.refusal
  if (refused) return <RefusalNotice refusal={refused} urgent />
  if (document?.state === 'delivered') {
    return (
      <Notice tone="good">
        <p role="status">{say.testDone(batch.certificate?.holder ?? '')}</p>
      </Notice>
    )
  }
  if (!isOpen(batch)) return null
  return (
    <p class="bar soft" role="status">
      <Icon name="turning" />
      {say.testUnderWay}
    </p>
  )
}
