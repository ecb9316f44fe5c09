import type { BatchOnScreen } from '../../shared/messages/view.ts'
import { placeState, warningsLeft, type BatchDocument, type PlaceState } from './alike-documents.ts'
import { dayText } from './format.ts'
import { Icon } from './icon.tsx'
import { useLanguage, useSay } from './say.ts'

export type Facts = NonNullable<BatchOnScreen['documents'][number]['facts']>
type Warning = Facts['warnings'][number]

const signaturesInRow = 3

/** Signatures and warnings as short as a row of the list has room for. */
export function ShortMarks({ document, facts, sayNone }: { document: BatchDocument; facts: Facts; sayNone: boolean }) {
  const say = useSay()
  const words = useWarningWords()
  const more = facts.signatures.length - signaturesInRow
  return (
    <>
      {sayNone && facts.signatures.length === 0 && <span class="state">{say.noSignature}</span>}
      {facts.signatures.slice(0, signaturesInRow).map((signature, index) => (
        <SignatureWords key={index} signature={signature} />
      ))}
      {more > 0 && <span class="state">{say.moreSignatures(more)}</span>}
      {sayNone && <PlaceWords state={placeState(document)} />}
      {warningsLeft(document).map((warning) => (
        <span class="state care" key={warning}>
          <Icon name="care" size={14} />
          {words[warning].short}
        </span>
      ))}
    </>
  )
}

/** Whether the place of the marks is known; one that is not is among the warnings. */
function PlaceWords({ state }: { state: PlaceState | undefined }) {
  const say = useSay()
  if (state === undefined || state === 'unsure') return null
  const words = { sure: say.placeSure, moved: say.placeMoved, remembered: say.placeRemembered } satisfies Record<Exclude<PlaceState, 'unsure'>, string>
  return (
    <span class="state">
      <Icon name={state === 'moved' ? 'pen' : 'check'} size={14} />
      {words[state]}
    </span>
  )
}

/** Every signature, and what each warning means for the one who signs. */
export function FullMarks({ document, facts }: { document: BatchDocument; facts: Facts }) {
  const say = useSay()
  const words = useWarningWords()
  const warnings = warningsLeft(document)
  if (facts.signatures.length === 0 && warnings.length === 0) return null
  return (
    <ul class="full-marks" aria-label={say.signaturesAndWarnings}>
      {warnings.map((warning) => (
        <li class="warning" key={warning}>
          <Icon name="care" size={14} />
          <p>
            <strong>{words[warning].short}.</strong> <span class="soft">{words[warning].means}</span>
          </p>
        </li>
      ))}
      {facts.signatures.map((signature, index) => (
        <li key={index}>
          <SignatureWords signature={signature} />
        </li>
      ))}
    </ul>
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

function useWarningWords(): Record<Warning, { short: string; means: string }> {
  const say = useSay()
  return {
    'no-text': { short: say.warningNoText, means: say.noTextMeans },
    'already-signed-by-you': { short: say.warningSignedByYou, means: say.signedByYouMeans },
    'javascript': { short: say.warningJavascript, means: say.javascriptMeans },
    'certified': { short: say.warningCertified, means: say.certifiedMeans },
    'place-unsure': { short: say.warningPlaceUnsure, means: say.placeUnsureMeans },
    'signature-broken': { short: say.warningSignatureBroken, means: say.signatureBrokenMeans },
    'scan-pdf-old': { short: say.warningScanOld, means: say.scanOldMeans },
    'scan-coarse': { short: say.warningScanCoarse, means: say.scanCoarseMeans },
    'scan-not-colour': { short: say.warningScanGrey, means: say.scanGreyMeans },
    'repaired': { short: say.warningRepaired, means: say.repairedMeans },
  }
}
