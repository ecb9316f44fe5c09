import type { BatchOnScreen } from '../../shared/messages/view.ts'
import { errorText } from '../../shared/text/errors.ts'
import { isBack, isHeldUp, isKept, isSigned, isUnsent, mayRetry, maySkip } from './count-batch.ts'
import { DocumentStateWords } from './document-state.tsx'
import { Icon } from './icon.tsx'
import { useLanguage, useSay } from './say.ts'
import type { UiEvents } from './ui-events.ts'

interface PanelDocumentProps {
  batch: BatchOnScreen
  document: BatchOnScreen['documents'][number]
  on: UiEvents
}

/** One document of a batch: where it stands, why, and what can be done about it. */
export function PanelDocument({ batch, document, on }: PanelDocumentProps) {
  const say = useSay()
  const language = useLanguage()
  const { batchId } = batch
  const { documentId, refusal } = document
  const label = batch.labels[documentId]
  const name = label?.number ?? label?.title ?? document.name
  const subject = label?.number === undefined ? undefined : (label.title ?? document.name)
  // The agent keeps a signed file until the document system has it.
  const unconfirmed = isKept(document) && refusal?.code === 'delivery-unconfirmed'
  const canSkip = maySkip(batch, document)
  const canSave = isSigned(document) && !isBack(document)
  return (
    <li class="panel-document">
      <strong>{name}</strong>
      {subject && <span class="one-line soft">{subject}</span>}
      <DocumentStateWords document={document} />
      {refusal && (document.state === 'refused' || isKept(document) || isUnsent(document) || isHeldUp(document)) && <p class="small">{errorText(refusal, language)}</p>}
      {(mayRetry(document) || canSave || canSkip) && (
        <div class="actions">
          {unconfirmed && (
            <>
              <button type="button" class="button low" aria-label={say.seenOf(name)} onClick={() => on.send({ kind: 'seen', batchId, documentId })}>
                <Icon name="check" size={12} />
                {say.seen}
              </button>
              <button type="button" class="button low" aria-label={say.readBackOf(name)} onClick={() => on.send({ kind: 'read-back', batchId, documentId })}>
                <Icon name="search" size={12} />
                {say.readBack}
              </button>
            </>
          )}
          {mayRetry(document) && (
            <button type="button" class="button low" aria-label={isUnsent(document) ? say.sendAgainOf(name) : say.tryAgainOf(name)} onClick={() => on.send({ kind: 'retry', batchId, documentIds: [documentId] })}>
              <Icon name="retry" size={12} />
              {isUnsent(document) ? say.sendAgain : say.tryAgain}
            </button>
          )}
          {canSkip && (
            <button type="button" class="button low" aria-label={say.skipOf(name)} onClick={() => on.send({ kind: 'skip', batchId, documentId })}>
              <Icon name="skip" size={12} />
              {say.skip}
            </button>
          )}
          {canSave && (
            <button type="button" class="button low" aria-label={say.saveOf(name)} onClick={() => on.send({ kind: 'save', batchId, documentId })}>
              <Icon name="save" size={12} />
              {say.save}
            </button>
          )}
        </div>
      )}
    </li>
  )
}
