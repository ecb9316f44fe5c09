import type { BatchOnScreen } from '../../shared/messages/view.ts'
import { errorText } from '../../shared/text/errors.ts'
import { comparable, type Difference } from './compare-label.ts'
import { DocumentStateWords } from './document-state.tsx'
import { dayText, sizeText } from './format.ts'
import { Icon } from './icon.tsx'
import { useLanguage, useSay } from './say.ts'

type Document = BatchOnScreen['documents'][number]
type Facts = NonNullable<Document['facts']>

export interface SignRowProps {
  /** Place in the digest list, from 1. */
  place: number
  document: Document
  label: BatchOnScreen['labels'][string] | undefined
  differences: Difference[]
  showState: boolean
}

export function SignRow({ place, document, label, differences, showState }: SignRowProps) {
  const language = useLanguage()
  const classes = ['sign-row', differences.length > 0 && 'different', document.state === 'refused' && 'refused'].filter(Boolean).join(' ')
  return (
    <li class={classes}>
      <span class="sign-place soft">{place}</span>
      <FileWords document={document} />
      <PageWords document={document} label={label} differences={differences} />
      <div class="sign-marks">
        {(showState || document.state === 'refused') && <DocumentStateWords document={document} />}
        {document.refusal && <p class="small">{errorText(document.refusal, language)}</p>}
        {document.facts && <Marks facts={document.facts} sayNone={!showState} />}
      </div>
    </li>
  )
}

function FileWords({ document }: { document: Document }) {
  const say = useSay()
  const language = useLanguage()
  const { facts, sizeBytes, name } = document
  const measure = [...(facts ? [say.pages(facts.pages)] : []), ...(sizeBytes === undefined ? [] : [sizeText(sizeBytes, language)])]
  return (
    <div class="sign-file">
      {facts ? (
        <>
          <strong>{facts.number || say.noNumber}</strong>
          <span>{facts.subject || facts.title || say.noSubject}</span>
        </>
      ) : (
        <span class="soft">{say.notRead}</span>
      )}
      <span class="soft small">{[name, ...measure].join(' · ')}</span>
    </div>
  )
}

function PageWords({ document, label, differences }: Pick<SignRowProps, 'document' | 'label' | 'differences'>) {
  const say = useSay()
  if (!label) return <div class="sign-page" />
  const differs = { number: say.differentNumber, subject: say.differentSubject, name: say.differentName } satisfies Record<Difference, string>
  return (
    <div class="sign-page soft">
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

const signaturesShown = 3

function Marks({ facts, sayNone }: { facts: Facts; sayNone: boolean }) {
  const say = useSay()
  const words = {
    'no-text': say.warningNoText,
    'already-signed-by-you': say.warningSignedByYou,
    'javascript': say.warningJavascript,
    'certified': say.warningCertified,
    'repaired': say.warningRepaired,
  } satisfies Record<Facts['warnings'][number], string>
  return (
    <>
      {sayNone && facts.signatures.length === 0 && <span class="state">{say.noSignature}</span>}
      {facts.signatures.slice(0, signaturesShown).map((signature, index) => (
        <SignatureWords key={`${signature.holder} ${index}`} signature={signature} />
      ))}
      {facts.signatures.length > signaturesShown && <span class="state">+{facts.signatures.length - signaturesShown}</span>}
      {facts.warnings.map((warning) => (
        <span class="state care" key={warning}>
          <Icon name="care" size={14} />
          {words[warning]}
        </span>
      ))}
    </>
  )
}

function SignatureWords({ signature }: { signature: Facts['signatures'][number] }) {
  const say = useSay()
  const language = useLanguage()
  const day = signature.signedAt === undefined ? [] : [dayText(signature.signedAt, language)]
  return (
    <span class={`state ${signature.valid ? 'good' : 'bad'}`}>
      <Icon name={signature.valid ? 'check' : 'refused'} size={14} />
      {[signature.holder, ...day, signature.valid ? say.signatureValid : say.signatureInvalid].join(' · ')}
    </span>
  )
}
