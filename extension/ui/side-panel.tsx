import { useState } from 'preact/hooks'
import type { BatchOnScreen, CommandAnswer, View } from '../../shared/messages/view.ts'
import { BatchProgress, BatchStateWords, useSpokenProgress } from './batch-progress.tsx'
import { maySignWith } from './certificate-check.tsx'
import { countBatch, isOpen, isUnconfirmed, mayRetry, needsClerk } from './count-batch.ts'
import { DiskFiles } from './disk-files.tsx'
import { hourText } from './format.ts'
import { Icon, Mark } from './icon.tsx'
import { LinkState, LinkStep } from './link-step.tsx'
import { LoginNotice } from './login-notice.tsx'
import { Empty, Notice, RefusalNotice } from './notice.tsx'
import { PanelDocument } from './panel-document.tsx'
import { useLanguage, useSay } from './say.ts'
import { useProfileWords } from './sign-window.tsx'
import { StampNotice } from './stamp-notice.tsx'
import type { UiEvents } from './ui-events.ts'

export interface SidePanelProps {
  view: View
  answer?: CommandAnswer | undefined
  now: number
  on: UiEvents
}

/** Every batch that is open, or that still holds something for the clerk; the newest first. */
export function SidePanel({ view, answer, now, on }: SidePanelProps) {
  const say = useSay()
  const batches = view.batches.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))
  return (
    <main class="side-panel">
      <header class="bar">
        <Mark name={say.product} />
        <span class="push">
          <LinkState link={view.link} />
        </span>
      </header>
      <h1>{say.panelTitle}</h1>
      {view.link.state !== 'ready' && (
        <section class="card">
          <LinkStep link={view.link} on={on} />
        </section>
      )}
      {answer?.refusal && !answer.batchId && <RefusalNotice refusal={answer.refusal} urgent />}
      {batches.length === 0 && <Empty icon="panel" title={say.panelEmptyTitle} text={say.panelEmptyText} />}
      {batches.map((batch) => (
        <BatchCard key={batch.batchId} batch={batch} answer={answer?.batchId === batch.batchId ? answer : undefined} now={now} on={on} />
      ))}
      <DiskFiles view={view} refused={answer?.refusal !== undefined} on={on} />
    </main>
  )
}

interface BatchCardProps extends Omit<SidePanelProps, 'view'> {
  batch: BatchOnScreen
}

function BatchCard({ batch, answer, now, on }: BatchCardProps) {
  const say = useSay()
  const language = useLanguage()
  const profile = useProfileWords(batch)
  return (
    <article class="card" aria-label={`${profile}, ${batch.siteName}`}>
      <div class="card-head">
        <h2>{batch.siteName}</h2>
        <BatchStateWords batch={batch} />
        <p class="soft small">
          {[profile, say.documents(batch.documents.length), say.startedAt(hourText(batch.startedAt, language))].join(' · ')}
        </p>
      </div>
      <p class="hidden-but-said" role="status">
        {useSpokenProgress(batch, now)}
      </p>
      <BatchProgress batch={batch} now={now} />
      {answer?.refusal && <RefusalNotice refusal={answer.refusal} urgent />}
      {batch.refusal && <RefusalNotice refusal={batch.refusal} />}
      <LoginNotice batch={batch} on={on} />
      <StampNotice batch={batch} on={on} />
      {batch.state === 'paused' && <Notice tone="wait">{say.pausedText}</Notice>}
      <BatchActions batch={batch} on={on} />
      <BatchDocuments batch={batch} on={on} />
    </article>
  )
}

function BatchActions({ batch, on }: { batch: BatchOnScreen; on: UiEvents }) {
  const say = useSay()
  const { batchId, state, waiting } = batch
  const retry = batch.documents.filter((document) => needsClerk(document) && mayRetry(document) && !isUnconfirmed(document)).map(({ documentId }) => documentId)
  const open = isOpen(batch)
  const count = countBatch(batch)
  const settled = !open && state !== 'stopped' && count.kept === 0 && count.waiting === 0
  return (
    <div class="actions">
      {state === 'offered' && (
        <button type="button" class="button main" onClick={() => on.openBatch(batchId)}>
          {say.openReview}
        </button>
      )}
      {state === 'paused' && (
        <button type="button" class="button main" onClick={() => on.send({ kind: 'go-on', batchId })}>
          {say.signOn}
        </button>
      )}
      {state === 'signing' && waiting !== 'stamp' && (
        <button type="button" class="button" onClick={() => on.send({ kind: 'pause', batchId })}>
          <Icon name="pause" size={12} />
          {say.pause}
        </button>
      )}
      {state === 'stopped' && (
        <button type="button" class="button main" onClick={() => (maySignWith(batch, false) ? on.send({ kind: 'retry', batchId }) : on.openBatch(batchId))}>
          {maySignWith(batch, false) ? say.signOn : say.openReview}
        </button>
      )}
      {retry.length > 1 && state !== 'stopped' && (
        <button type="button" class="button main" onClick={() => on.send({ kind: 'retry', batchId, documentIds: retry })}>
          {say.tryAllAgain(retry.length)}
        </button>
      )}
      {open && state !== 'offered' && (
        <button type="button" class="button" onClick={() => on.openBatch(batchId)}>
          {say.openWindow}
        </button>
      )}
      {(open || state === 'stopped') && waiting !== 'stamp' && (
        <button type="button" class="button" onClick={() => on.send({ kind: 'cancel', batchId })}>
          {state === 'signing' || state === 'paused' ? say.stopSigning : say.cancelBatch}
        </button>
      )}
      {countBatch(batch).signed > 0 && (
        <button type="button" class="button" onClick={() => on.send({ kind: 'receipt', batchId })}>
          <Icon name="save" size={12} />
          {say.saveReceipt}
        </button>
      )}
      {settled && (
        <button type="button" class="button" onClick={() => on.send({ kind: 'dismiss', batchId })}>
          {say.dismiss}
        </button>
      )}
    </div>
  )
}

/** What needs the clerk stands open at the top; the rest unfolds when asked for. */
function BatchDocuments({ batch, on }: { batch: BatchOnScreen; on: UiEvents }) {
  const say = useSay()
  const [open, setOpen] = useState(false)
  const needing = batch.documents.filter(needsClerk)
  const others = batch.documents.filter((document) => !needsClerk(document))
  const rows = (documents: typeof needing) => documents.map((document) => <PanelDocument key={document.documentId} batch={batch} document={document} on={on} />)
  return (
    <>
      {needing.length > 0 && (
        <section class="panel-part">
          <h3>{say.needsYou(needing.length)}</h3>
          <ul class="panel-documents">{rows(needing)}</ul>
        </section>
      )}
      {others.length > 0 && (
        <details class="panel-part" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>{needing.length > 0 ? say.otherDocuments(others.length) : say.allDocuments(others.length)}</summary>
          {open && <ul class="panel-documents">{rows(others)}</ul>}
        </details>
      )}
    </>
  )
}
