import { useState } from 'preact/hooks'
import type { Command, FoundView, View } from '../../shared/messages/view.ts'
import { ActDetailsFields, detailsOf, isComplete, type ActDetails } from './act-details.tsx'
import { CertificateChoice, proposedCertificate } from './certificate-choice.tsx'
import { RoleQuestion } from './role-question.tsx'
import { LinkStep } from './link-step.tsx'
import { RefusalNotice } from './notice.tsx'
import { useSay } from './say.ts'
import { Problems, ReadingTokens, TokenStep } from './token-step.tsx'
import type { UiEvents } from './ui-events.ts'

type Profile = Extract<Command, { kind: 'sign' }>['profile']
type Certificate = View['certificates'][number]

interface SignBarProps {
  view: View
  found: FoundView | undefined
  keys: string[]
  /** The batch was asked for, and is not open yet. */
  opening: boolean
  on: UiEvents
}

/** The foot of the popup: the one next step until everything is there, then certificate, purpose and the button. */
export function SignBar({ view, found, keys, opening, on }: SignBarProps) {
  const [chosenSha256, setChosenSha256] = useState<string>()
  const [profile, setProfile] = useState<Profile>('approve')
  const chosen = view.certificates.find(({ sha256 }) => sha256 === chosenSha256) ?? proposedCertificate(view, found?.site, profile)
  if (view.link.state !== 'ready') {
    return (
      <footer class="sign-bar">
        <LinkStep link={view.link} on={on} />
      </footer>
    )
  }
  if (!chosen) {
    return <footer class="sign-bar">{view.certificatesKnown ? <TokenStep problems={view.problems} on={on} /> : <ReadingTokens />}</footer>
  }
  if (!found?.listed || found.documents.length === 0) return null
  return (
    <footer class="sign-bar">
      <Problems problems={view.problems} />
      {chosen.refusal && <RefusalNotice refusal={chosen.refusal} />}
      <CertificateChoice certificates={view.certificates} chosen={chosen} onChoose={setChosenSha256} />
      {chosen.role === 'unknown' && <RoleQuestion certificate={chosen} on={on} />}
      <SignForm view={view} found={found} keys={keys} certificate={chosen} profile={profile} onProfile={setProfile} opening={opening} on={on} />
    </footer>
  )
}

interface SignFormProps extends SignBarProps {
  found: FoundView
  certificate: Certificate
  profile: Profile
  onProfile: (profile: Profile) => void
}

function SignForm({ view, found, keys, certificate, profile, onProfile, opening, on }: SignFormProps) {
  const say = useSay()
  const [given, setGiven] = useState<ActDetails>({})
  const act = { view, site: found.site, profile, certificate, given }
  const details = detailsOf(act)
  const ready = keys.length > 0 && isComplete(profile, details) && !certificate.refusal && !opening
  const submit = (event: Event) => {
    event.preventDefault()
    if (!ready) return
    on.send({ kind: 'sign', tabId: found.tabId, keys, certificateSha256: certificate.sha256, profile, ...details })
  }
  const words = opening ? say.preparing : keys.length === 0 ? say.chooseFirst : say.reviewAndSign(keys.length)
  return (
    <form class="sign-form" onSubmit={submit}>
      <fieldset class="choices">
        <legend class="hidden-but-said">{say.profile}</legend>
        <ProfileRadio value="approve" words={say.profileApprove} chosen={profile} onChoose={onProfile} />
        <ProfileRadio value="issue" words={say.profileIssue} chosen={profile} onChoose={onProfile} />
      </fieldset>
      <ActDetailsFields {...act} onGive={setGiven} />
      <button type="submit" class="button seal wide" disabled={!ready}>
        {words}
      </button>
    </form>
  )
}

function ProfileRadio({ value, words, chosen, onChoose }: { value: Profile; words: string; chosen: Profile; onChoose: (value: Profile) => void }) {
  return (
    <label>
      <input type="radio" name="profile" value={value} checked={chosen === value} onChange={() => onChoose(value)} />
      {words}
    </label>
  )
}
