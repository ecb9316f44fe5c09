import { useMemo, useState } from 'preact/hooks'
import type { Command, FoundView, View } from '../../shared/messages/view.ts'
import { ActChoice } from './act-choice.tsx'
import { ActDetailsFields, detailsOf, isComplete, type ActDetails } from './act-details.tsx'
import { CertificateChoice } from './certificate-choice.tsx'
import type { DocumentFilter } from './filter-documents.ts'
import { LinkStep } from './link-step.tsx'
import { RefusalNotice } from './notice.tsx'
import { exceptions, readyToSign, type ReadyToSign } from './ready-to-sign.ts'
import { RoleQuestion } from './role-question.tsx'
import { useSay } from './say.ts'
import { Problems, ReadingTokens, TokenStep } from './token-step.tsx'
import type { UiEvents } from './ui-events.ts'
import type { ChosenAct } from './use-act.ts'

type Profile = Extract<Command, { kind: 'sign' }>['profile']
type Certificate = View['certificates'][number]

/** In the order of a document's way through the office. */
const acts = ['initials', 'comment', 'approve', 'issue', 'appendix', 'copy', 'income'] as const satisfies readonly Profile[]

interface SignBarProps {
  view: View
  found: FoundView | undefined
  filter: DocumentFilter
  chosen: ChosenAct
  /** The chosen ones. Where the clerk has chosen none, the button means all that are shown and wait for it. */
  keys: string[]
  /** What the clerk chose is not on the page any more: the button does not come to mean all under the hand that presses it. */
  choiceIsGone: boolean
  /** The batch was asked for, and is not open yet. */
  opening: boolean
  on: UiEvents
}

/** The foot of the popup: the one next step until everything is there, then certificate, purpose and the button. */
export function SignBar(props: SignBarProps) {
  const { view, found, chosen, on } = props
  const { act, chooseAct, certificate, chooseCertificate } = chosen
  if (view.link.state !== 'ready') {
    return (
      <footer class="sign-bar">
        <LinkStep link={view.link} on={on} />
      </footer>
    )
  }
  if (!certificate) {
    return <footer class="sign-bar">{view.certificatesKnown && !view.readingTokens ? <TokenStep problems={view.problems} on={on} /> : <ReadingTokens />}</footer>
  }
  if (!found?.listed || found.documents.length === 0) return null
  return (
    <footer class="sign-bar">
      {view.readingTokens && <ReadingTokens />}
      <Problems problems={view.problems} />
      {certificate.refusal && <RefusalNotice refusal={certificate.refusal} />}
      <ActChoice acts={acts} value={act} onChoose={chooseAct} />
      <CertificateChoice certificates={view.certificates} chosen={certificate} onChoose={chooseCertificate} />
      {certificate.role === 'unknown' && <RoleQuestion certificate={certificate} on={on} />}
      <SignForm {...props} found={found} certificate={certificate} profile={act} />
    </footer>
  )
}

interface SignFormProps extends Omit<SignBarProps, 'chosen'> {
  found: FoundView
  certificate: Certificate
  profile: Profile
}

function SignForm({ view, found, filter, keys, choiceIsGone, certificate, profile, opening, on }: SignFormProps) {
  const say = useSay()
  const [given, setGiven] = useState<ActDetails>({})
  const act = { view, site: found.site, profile, certificate, given }
  const details = detailsOf(act)
  const all = useMemo(() => readyToSign(filter.shown, profile, found.documents), [filter.shown, profile, found.documents])
  const meant = keys.length > 0 || choiceIsGone ? keys : all.ready.map(({ key }) => key)
  const ready = meant.length > 0 && isComplete(profile, details) && !certificate.refusal && !opening
  const submit = (event: Event) => {
    event.preventDefault()
    if (!ready) return
    on.send({ kind: 'sign', tabId: found.tabId, keys: meant, certificateSha256: certificate.sha256, profile, ...details })
  }
  const reviewAll = filter.narrows ? say.reviewAllShown : say.reviewAll
  const words = opening ? say.preparing : meant.length === 0 ? say.chooseFirst : keys.length > 0 ? say.reviewChosen(keys.length) : reviewAll(meant.length)
  return (
    <form class="sign-form" onSubmit={submit}>
      <ActDetailsFields {...act} onGive={setGiven} />
      {keys.length === 0 && <LeftOut of={all} />}
      <button type="submit" class="button seal wide" disabled={!ready}>
        {words}
      </button>
    </form>
  )
}

/** What "all" does not mean, so that nobody thinks that it was signed. */
function LeftOut({ of: { ready, leftOut } }: { of: ReadyToSign }) {
  const say = useSay()
  const words = { secret: say.leftSecret, inBatch: say.leftInBatch, done: say.leftDone, unsure: say.leftUnsure, notAwaited: say.leftNotAwaited }
  const parts = exceptions.flatMap((exception) => leftOut[exception] === undefined ? [] : words[exception](leftOut[exception]))
  if (parts.length === 0) return null
  const line = ready.length === 0 ? say.noneIsReady(parts.join(', ')) : say.leftOut(parts.join(', '))
  // No line ends with a number whose noun begins the next one.
  return <p class="soft small">{line.replaceAll(/(\d) /g, '$1\u00A0')}</p>
}
