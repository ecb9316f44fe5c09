import { useMemo, useState } from 'preact/hooks'
import type { PageHealth } from '../../shared/messages/page.ts'
import type { BatchOnScreen, Command, CommandAnswer, FoundView, View } from '../../shared/messages/view.ts'
import { BatchStateWords, ProgressLine, useProgressWords } from './batch-progress.tsx'
import { countBatch, isOpen } from './count-batch.ts'
import { DocumentChoice } from './document-choice.tsx'
import { useDocumentFilter, type DocumentFilter } from './filter-documents.ts'
import { Icon, Mark } from './icon.tsx'
import { LinkState } from './link-step.tsx'
import { Empty, Notice, RefusalNotice } from './notice.tsx'
import { useSay } from './say.ts'
import { SignBar } from './sign-bar.tsx'
import { useSteady } from './steady.ts'
import type { UiEvents } from './ui-events.ts'
import { useAct } from './use-act.ts'

export interface PopupProps {
  view: View
  answer?: CommandAnswer | undefined
  /** The command that is not answered yet. */
  pending?: Command['kind'] | undefined
  /** The tab that the clerk looks at; undefined where it shows no web page. */
  tabId: number | undefined
  now: number
  on: UiEvents
}

const none: FoundView['documents'] = []

/** The window of the toolbar button: the documents of this page, and what is needed to sign them. */
export function Popup({ view, answer, pending, tabId, now, on }: PopupProps) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const found = view.found?.tabId === tabId ? view.found : undefined
  const keys = useMemo(() => found?.documents.map(({ key }) => key).filter((key) => chosen.has(key)) ?? [], [found, chosen])
  const act = useAct(view, found, keys)
  const filter = useDocumentFilter(useSteady(found?.documents ?? none), act.act)
  return (
    <main class="popup">
      <PopupHeader view={view} on={on} />
      {answer?.refusal && <RefusalNotice refusal={answer.refusal} urgent />}
      <OpenBatches view={view} now={now} on={on} />
      <Page found={found} only={view.fixed.sites} tabId={tabId} filter={filter} chosen={new Set(keys)} onChoose={setChosen} on={on} />
      <SignBar view={view} found={found} filter={filter} chosen={act} keys={keys} choiceIsGone={chosen.size > 0 && keys.length === 0} opening={pending === 'sign'} on={on} />
    </main>
  )
}

function PopupHeader({ view, on }: { view: View; on: UiEvents }) {
  const say = useSay()
  return (
    <header class="bar popup-header">
      <Mark name={say.product} />
      <span class="push">
        <LinkState link={view.link} />
      </span>
      <button type="button" class="button quiet icon-only" aria-label={say.openPanel} title={say.openPanel} onClick={on.openPanel}>
        <Icon name="panel" />
      </button>
      <button type="button" class="button quiet icon-only" aria-label={say.settings} title={say.settings} onClick={on.openOptions}>
        <Icon name="settings" />
      </button>
    </header>
  )
}

const batchesShown = 2

function OpenBatches({ view, now, on }: Pick<PopupProps, 'view' | 'now' | 'on'>) {
  const say = useSay()
  const open = view.batches.filter((batch) => isOpen(batch) || batch.state === 'stopped' || countBatch(batch).kept > 0 || countBatch(batch).waiting > 0)
  if (open.length === 0) return null
  return (
    <section class="open-batches" aria-label={say.openBatches}>
      {open.slice(0, batchesShown).map((batch) => (
        <OpenBatch key={batch.batchId} batch={batch} now={now} on={on} />
      ))}
      {open.length > batchesShown && <p class="soft small">{say.moreBatches(open.length - batchesShown)}</p>}
    </section>
  )
}

function OpenBatch({ batch, now, on }: { batch: BatchOnScreen } & Pick<PopupProps, 'now' | 'on'>) {
  const say = useSay()
  const words = useProgressWords(batch, now)
  return (
    <div class="open-batch">
      <div class="bar">
        <BatchStateWords batch={batch} />
        <span class="soft small one-line">{words[0]}</span>
        <button type="button" class="button quiet low push" onClick={() => (batch.state === 'offered' ? on.openBatch(batch.batchId) : on.openPanel())}>
          {batch.state === 'offered' ? say.openReview : say.follow}
        </button>
      </div>
      <ProgressLine batch={batch} />
    </div>
  )
}

interface PageProps {
  found: FoundView | undefined
  /** The only sites that the office lets be listed. */
  only: View['fixed']['sites']
  tabId: number | undefined
  filter: DocumentFilter
  chosen: ReadonlySet<string>
  onChoose: (chosen: ReadonlySet<string>) => void
  on: UiEvents
}

function Page({ found, only, tabId, filter, chosen, onChoose, on }: PageProps) {
  const say = useSay()
  // Pages of the browser itself tell no address.
  if (tabId === undefined || found?.site === '') {
    return (
      <section class="page-part">
        <h1 class="hidden-but-said">{say.windowPopup}</h1>
        <Empty icon="document" title={say.unreadableTitle} text={say.unreadableText} />
      </section>
    )
  }
  return (
    <section class="page-part">
      <h1 class={found ? 'site-name' : 'hidden-but-said'}>{found ? found.siteName : say.windowPopup}</h1>
      <PageContent found={found} only={only} tabId={tabId} filter={filter} chosen={chosen} onChoose={onChoose} on={on} />
    </section>
  )
}

function PageContent({ found, only, tabId, filter, chosen, onChoose, on }: PageProps & { tabId: number }) {
  const say = useSay()
  if (!found) return <p class="empty soft" role="status">{say.readingPage}</p>
  // No button here could work: the background refuses what policy does not name.
  if (!found.listed && only?.includes(found.site) === false) {
    return (
      <Empty icon="lock" title={say.officeDecidesTitle} text={say.officeDecidesText}>
        <p class="small">{found.site}</p>
      </Empty>
    )
  }
  if (!found.listed) {
    return (
      <Empty icon="lock" title={say.notListedTitle} text={say.notListedText}>
        <p class="small">{found.site}</p>
        <button type="button" class="button main" onClick={() => on.allowSite(found.site)}>
          {say.allowSite}
        </button>
      </Empty>
    )
  }
  if (found.documents.length === 0 && found.health) return <ChangedNotice health={found.health} tabId={tabId} on={on} />
  if (found.documents.length === 0) {
    return (
      <Empty icon="document" title={say.emptyTitle} text={say.emptyText}>
        <div class="bar">
          <button type="button" class="button" onClick={() => on.send({ kind: 'find', tabId })}>
            {say.readAgain}
          </button>
          <button type="button" class="button" onClick={() => on.teach(tabId)}>
            {say.teach}
          </button>
        </div>
      </Empty>
    )
  }
  return (
    <>
      {found.health && <ChangedNotice health={found.health} tabId={tabId} on={on} />}
      {found.refusal && <RefusalNotice refusal={found.refusal} />}
      <DocumentChoice documents={found.documents} filter={filter} chosen={chosen} onChoose={onChoose} />
      <PageActions found={found} tabId={tabId} on={on} />
    </>
  )
}

/** What the page no longer has, and what the clerk can do about it now. */
function ChangedNotice({ health, tabId, on }: { health: PageHealth; tabId: number; on: UiEvents }) {
  const say = useSay()
  const words = {
    site: say.partSite, list: say.partList, row: say.partRow, file: say.partFile, number: say.partNumber, date: say.partDate, title: say.partTitle, secrecy: say.partSecrecy,
  } satisfies Record<PageHealth['missing'][number], string>
  return (
    <Notice
      tone="care"
      actions={
        <button type="button" class="button" onClick={() => on.teach(tabId)}>
          {say.teachAgain}
        </button>
      }
    >
      <strong>{say.changedTitle}</strong>
      <p>{say.changedText(health.missing.map((part) => words[part]).join(', '))}</p>
    </Notice>
  )
}

/** Further pages of the list, and teaching where something was found wrongly. */
function PageActions({ found, tabId, on }: { found: FoundView; tabId: number; on: UiEvents }) {
  const say = useSay()
  return (
    <div class="page-actions">
      {found.reading ? (
        <span class="soft small" role="status">
          {say.readingFurther}
        </span>
      ) : (
        found.hasFurther && (
          <button type="button" class="button low" onClick={() => on.send({ kind: 'find-further', tabId })}>
            {say.findFurther}
          </button>
        )
      )}
      {!found.health && (
        <button type="button" class="button quiet low push" onClick={() => on.teach(tabId)}>
          {say.foundWrongly}
        </button>
      )}
    </div>
  )
}
