import type { ComponentChildren } from 'preact'
import { needsInsisting } from '../../shared/protocol/document-states.ts'
import { errorText } from '../../shared/text/errors.ts'
import { canBeSeen, type SignRowFacts } from './choose-rows.ts'
import { comparable, type Difference } from './compare-label.ts'
import { DocumentStateWords } from './document-state.tsx'
import { ShortMarks } from './document-marks.tsx'
import { sizeText } from './format.ts'
import { Icon } from './icon.tsx'
import { onSheet, shownSize } from './mark-geometry.ts'
import type { Papers } from './papers.ts'
import { useLanguage, useSay } from './say.ts'
import { Thumbnail } from './thumbnail.tsx'

type Document = SignRowFacts['document']

export interface SignRowProps {
  row: SignRowFacts
  showState: boolean
  thumbnails: Papers['thumbnail'] | undefined
  /** The preview shows it. */
  seen: boolean
  isTabStop: boolean
  onFocus: (documentId: string) => void
  onSee: (documentId: string) => void
  /** The clerk wants it signed although its newest signature is broken. */
  onInsist: (documentId: string) => void
}

export function SignRow({ row: { place, document, label, differences }, showState, thumbnails, onInsist, ...opening }: SignRowProps) {
  const language = useLanguage()
  const { documentId, state, sizeBytes = 0, facts, refusal } = document
  const isUnlisted = needsInsisting(document)
  const classes = ['sign-row', differences.length > 0 && 'different', state === 'refused' && 'refused', isUnlisted && 'unlisted', canBeSeen(document) && 'seeable', opening.seen && 'seen'].filter(Boolean).join(' ')
  return (
    <li class={classes}>
      <span class="sign-place soft">{place}</span>
      <Thumbnail documentId={documentId} sizeBytes={sizeBytes} draw={canBeSeen(document) ? thumbnails : undefined}>
        <MarksInSmall document={document} />
      </Thumbnail>
      <FileWords document={document} {...opening} />
      <PageWords document={document} label={label} differences={differences} />
      <div class="sign-marks">
        {(showState || state === 'refused' || isUnlisted) && <DocumentStateWords document={document} />}
        {refusal && <p class="small">{errorText(refusal, language)}</p>}
        {isUnlisted && <InsistButton name={document.name} onInsist={() => onInsist(documentId)} />}
        {facts && <ShortMarks document={document} facts={facts} sayNone={!showState} />}
      </div>
    </li>
  )
}

function InsistButton({ name, onInsist }: { name: string; onInsist: () => void }) {
  const say = useSay()
  return (
    <p class="insist-anyway small">
      <button type="button" class="button low" aria-label={say.signAnywayOf(name)} onClick={onInsist}>
        {say.signAnyway}
      </button>
      <span class="soft">{say.signAnywayHint}</span>
    </p>
  )
}

/** What comes onto the first page, for the eye alone. */
function MarksInSmall({ document: { marks = [], facts, signedSha256 } }: { document: Document }) {
  const size = facts && shownSize(facts, 1)
  if (size === undefined || signedSha256 !== undefined) return null
  return (
    <>
      {marks.filter(({ page }) => page === 1).map((placed) => (
        <span key={placed.mark} class={`mark-small ${placed.mark}`} style={onSheet(placed, size)} />
      ))}
    </>
  )
}

type Opening = Pick<SignRowProps, 'seen' | 'isTabStop' | 'onFocus' | 'onSee'>

function FileWords({ document, ...opening }: { document: Document } & Opening) {
  const say = useSay()
  const language = useLanguage()
  const { facts, sizeBytes, name } = document
  const measure = [...(facts ? [say.pages(facts.pages)] : []), ...(sizeBytes === undefined ? [] : [sizeText(sizeBytes, language)])]
  const words = facts ? (
    <>
      <strong>{facts.number || say.noNumber}</strong>
      <span>{facts.subject || facts.title || say.noSubject}</span>
    </>
  ) : (
    <span class="soft">{say.notRead}</span>
  )
  return (
    <div class="sign-file">
      {canBeSeen(document) ? (
        <OpenRow documentId={document.documentId} {...opening}>
          {words}
        </OpenRow>
      ) : (
        words
      )}
      <span class="soft small">{[name, ...measure].join(' · ')}</span>
    </div>
  )
}

/** A click anywhere in the row reaches this button, see sign-window.css. */
function OpenRow({ documentId, seen, isTabStop, onFocus, onSee, children }: Opening & { documentId: string; children: ComponentChildren }) {
  const say = useSay()
  return (
    <button
      type="button"
      class="open-row"
      data-document={documentId}
      aria-current={seen ? 'true' : undefined}
      tabIndex={isTabStop ? 0 : -1}
      onFocus={() => onFocus(documentId)}
      onClick={() => onSee(documentId)}
    >
      <span class="hidden-but-said">{say.look} </span>
      {children}
    </button>
  )
}

function PageWords({ document, label, differences }: Pick<SignRowFacts, 'document' | 'label' | 'differences'>) {
  const say = useSay()
  if (!label) return <div class="sign-page" />
  const differs = { number: say.differentNumber, subject: say.differentSubject, name: say.differentName } satisfies Record<Difference, string>
  return (
    <div class={differences.length === 0 && comparable(document, label) ? 'sign-page same soft' : 'sign-page soft'}>
      <span class="hidden-but-said">{say.columnPage}: </span>
      {label.number && <Said text={label.number} differs={differences.includes('number')} />}
      {label.title && <Said text={label.title} differs={differences.includes('subject')} />}
      {(differences.includes('name') || (!label.number && !label.title)) && <Said text={label.name} differs={differences.includes('name')} />}
      {differences.length === 0 ? (
        <Same compared={comparable(document, label)} />
      ) : (
        differences.map((difference) => (
          <span class="state care" key={difference}>
            <Icon name="different" size={12} />
            {differs[difference]}
          </span>
        ))
      )}
    </div>
  )
}

function Same({ compared }: { compared: boolean }) {
  const say = useSay()
  return (
    <span class="state">
      <Icon name={compared ? 'check' : 'question'} size={12} />
      {compared ? say.same : say.notCompared}
    </span>
  )
}

function Said({ text, differs }: { text: string; differs: boolean }) {
  return differs ? <mark>{text}</mark> : <span>{text}</span>
}
