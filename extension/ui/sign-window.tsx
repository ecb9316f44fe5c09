import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { refusal } from '../../shared/errors.ts'
import type { BatchOnScreen, CommandAnswer, View } from '../../shared/messages/view.ts'
import { needsInsisting } from '../../shared/protocol/document-states.ts'
import { useAskPinAtOnce } from './ask-pin-at-once.ts'
import { BatchProgress, useSpokenProgress } from './batch-progress.tsx'
import { canBeSeen, useRowChoice, type SignRowFacts } from './choose-rows.ts'
import { differences } from './compare-label.ts'
import { Consent } from './consent.tsx'
import { CertificateCheck } from './certificate-check.tsx'
import { countBatch } from './count-batch.ts'
import { Mark } from './icon.tsx'
import { LinkState, LinkStep } from './link-step.tsx'
import { LoginNotice } from './login-notice.tsx'
import { Notice, RefusalNotice } from './notice.tsx'
import type { Papers } from './papers.ts'
import { PreviewPlace } from './preview-place.tsx'
import { copyWords, profileWords } from './profile-words.ts'
import { useSay } from './say.ts'
import { SignList } from './sign-list.tsx'
import { StampNotice } from './stamp-notice.tsx'
import type { UiEvents } from './ui-events.ts'

export interface SignWindowProps {
  view: View
  batchId: string
  answer?: CommandAnswer | undefined
  now: number
  papers: Papers
  on: UiEvents
}

/** What the clerk agrees to: the documents as the agent itself read them, beside what the web page says of them. */
export function SignWindow({ batchId, ...props }: SignWindowProps) {
  const say = useSay()
  const { view } = props
  const batch = view.batches.find((candidate) => candidate.batchId === batchId)
  return (
    <div class="sign-window">
      <header class="bar window-header">
        <Mark name={say.product} />
        <span class="push">
          <LinkState link={view.link} />
        </span>
      </header>
      {batch ? <Review batch={batch} {...props} /> : <NoBatch {...props} />}
    </div>
  )
}

function NoBatch({ view, on }: Pick<SignWindowProps, 'view' | 'on'>) {
  const say = useSay()
  return (
    <main class="window-main">
      <h1>{say.openReview}</h1>
      {view.link.state === 'ready' ? <RefusalNotice refusal={refusal('batch-unknown')} /> : <LinkStep link={view.link} on={on} />}
    </main>
  )
}

type ReviewProps = Omit<SignWindowProps, 'batchId'> & { batch: BatchOnScreen }

function Review(props: ReviewProps) {
  const { batch, papers, on } = props
  useAskPinAtOnce(batch, props.view.pinAtOnce === true, on)
  const [seen, follow] = useState<string>()
  const [asked, setAsked] = useState(0)
  const [insisting, setInsisting] = useState(false)
  const rows = useRowChoice(batch)
  const place = rows.shown.findIndex(({ document }) => document.documentId === seen)
  const seenRow = rows.shown[place]
  const next = (step: 1 | -1) => neighbour(rows.shown, place, step)
  const see = useCallback((documentId: string) => {
    follow(documentId)
    setAsked((before) => before + 1)
  }, [])
  const insist = useCallback((documentId: string) => on.send({ kind: 'insist', batchId: batch.batchId, documentId }), [on, batch.batchId])
  const isOpen = seenRow !== undefined && canBeSeen(seenRow.document)
  const leaving = useRef<string | undefined>(undefined)
  const close = () => {
    leaving.current = seen
    follow(undefined)
  }
  // After the dialog is gone: while it is there, nothing outside of it takes the focus.
  useEffect(() => {
    if (seen === undefined && leaving.current !== undefined) focusRow(leaving.current)
  }, [seen])
  const atWork = batch.state === 'open' || batch.state === 'signing'
  return (
    <>
      <div class={isOpen ? 'window-body split' : 'window-body'}>
        <main class="window-main">
          <Title batch={batch} now={props.now} />
          <Messages {...props} insisting={insisting} onInsist={setInsisting} />
          <SignList
            rows={rows}
            showState={batch.state !== 'offered' && batch.state !== 'approving'}
            thumbnails={atWork ? undefined : papers.thumbnail}
            onNear={papers.prepare}
            seen={isOpen ? seen : undefined}
            onSee={see}
            onInsist={insist}
            onFollow={follow}
          />
        </main>
        {isOpen && (
          <PreviewPlace
            {...{ batch, papers, asked, on }}
            row={seenRow}
            total={rows.total}
            neighbours={{ previous: next(-1), next: next(1) }}
            placeRefused={props.answer?.about === 'place' && props.answer.refusal !== undefined}
            onSee={follow}
            onClose={close}
          />
        )}
      </div>
      <Consent batch={batch} insisting={insisting} on={on} />
    </>
  )
}

function focusRow(documentId: string): void {
  document.querySelector<HTMLElement>(`[data-document="${documentId}"]`)?.focus()
}

/** The next document of the list, in one direction, that there is anything to see of. */
function neighbour(rows: readonly SignRowFacts[], from: number, step: 1 | -1): string | undefined {
  for (let at = from + step; at >= 0 && at < rows.length; at += step) {
    const document = rows[at]?.document
    if (document && canBeSeen(document)) return document.documentId
  }
  return undefined
}

function Title({ batch, now }: Pick<ReviewProps, 'batch' | 'now'>) {
  const say = useSay()
  return (
    <div class="window-title">
      <h1>{useTitle(batch)}</h1>
      <p class="soft">
        {useProfileWords(batch)} · {say.documents(batch.documents.length)} {say.from(batch.siteName)}
      </p>
      <p class="hidden-but-said" role="status">
        {useSpokenProgress(batch, now)}
      </p>
    </div>
  )
}

type MessagesProps = Omit<ReviewProps, 'papers'> & Omit<Parameters<typeof CertificateCheck>[0], 'batch'>

function Messages({ batch, view, answer, now, insisting, onInsist, on }: MessagesProps) {
  const say = useSay()
  const { refused } = countBatch(batch)
  const unlisted = batch.documents.filter(needsInsisting).length
  const different = batch.documents.filter((document) => differences(document, batch.labels[document.documentId]).length > 0).length
  return (
    <div class="messages">
      {view.link.state !== 'ready' && <LinkStep link={view.link} on={on} />}
      {answer?.refusal && answer.refusal.code !== batch.certificateCheck?.refusal?.code && <RefusalNotice refusal={answer.refusal} urgent />}
      <CertificateCheck batch={batch} insisting={insisting} onInsist={onInsist} />
      {batch.refusal && <RefusalNotice refusal={batch.refusal} urgent />}
      {batch.state === 'approving' && <Notice tone="wait">{batch.waiting === 'key' ? say.waitingText : say.approvingText}</Notice>}
      {batch.state !== 'offered' && batch.state !== 'cancelled' && batch.state !== 'approving' && <BatchProgress batch={batch} now={now} />}
      <LoginNotice batch={batch} on={on} />
      <StampNotice batch={batch} on={on} />
      {batch.state === 'signing' && <p class="soft">{say.stayOpen}</p>}
      {batch.state === 'paused' && <Notice tone="wait">{say.pausedText}</Notice>}
      {batch.state === 'offered' && <p class="soft">{say.readByAgent}</p>}
      {batch.state === 'offered' && different > 0 && <Notice tone="care">{say.differentNotice(different)}</Notice>}
      {unlisted > 0 && <Notice tone="care">{say.unlistedNotice(unlisted)}</Notice>}
      {batch.state === 'offered' && refused > 0 && <Notice tone="bad">{say.refusedNotice(refused)}</Notice>}
    </div>
  )
}

function useTitle(batch: BatchOnScreen): string {
  const say = useSay()
  const { refused, total } = countBatch(batch)
  switch (batch.state) {
    case 'open':
      return batch.awaitsLogin ? say.signTitleAwaitsLogin : say.signTitleOpen
    case 'offered':
      return refused === total ? say.signTitleNothing : say.signTitleOffered
    case 'approving':
      return say.signTitleApproving
    case 'signing':
      return batch.waiting === 'stamp' ? say.signTitleAwaitsStamps : say.signTitleSigning
    case 'paused':
      return say.signTitlePaused
    case 'stopped':
      return say.signTitleStopped
    case 'done':
      return refused === total ? say.signTitleNothing : refused > 0 ? say.signTitleDoneButSome : say.signTitleDone
    case 'cancelled':
      return say.signTitleCancelled
  }
}

/** The purpose of a batch in the words that clerks know; of a copy, which kind. */
export function useProfileWords({ profile, copyForm = 'full' }: Pick<BatchOnScreen, 'profile' | 'copyForm'>): string {
  const say = useSay()
  return profile === 'copy' ? copyWords(say)[copyForm] : profileWords(say)[profile]
}
