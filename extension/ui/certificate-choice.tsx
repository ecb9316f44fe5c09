import { useId } from 'preact/hooks'
import type { Command, View } from '../../shared/messages/view.ts'
import { dayText } from './format.ts'
import { useLanguage, useSay } from './say.ts'

type Certificate = View['certificates'][number]

type Profile = Extract<Command, { kind: 'sign' }>['profile']

/** Who usually signs for it: approval is a person's act, and what is issued carries the seal. */
export const usualRoles: Record<Profile, Certificate['role']> = {
  approve: 'person',
  initials: 'person',
  comment: 'person',
  issue: 'agency',
  appendix: 'agency',
  copy: 'agency',
  income: 'agency',
}

/** Last used on this site for the same where it can sign today, else one of the usual role, else the first that can, else the first. */
export function proposedCertificate(view: View, site: string | undefined, profile: Profile): Certificate | undefined {
  const usable = view.certificates.filter(({ refusal }) => !refusal)
  const last = site === undefined ? undefined : view.lastCertificate[site]?.[profile]
  const usual = usable.find(({ role }) => role === usualRoles[profile])
  return usable.find(({ sha256 }) => sha256 === last) ?? usual ?? usable[0] ?? view.certificates[0]
}

interface CertificateChoiceProps {
  certificates: readonly Certificate[]
  chosen: Certificate
  onChoose: (sha256: string) => void
}

export function CertificateChoice({ certificates, chosen, onChoose }: CertificateChoiceProps) {
  const say = useSay()
  const language = useLanguage()
  const id = useId()
  const words = (certificate: Certificate) => {
    const { holder, token, validTo, refusal } = certificate
    const twin = certificates.some((other) => other !== certificate && other.holder === holder && other.token === token)
    return [holder, ...roleWords(certificate.role, say), ...(refusal ? [say.certificateUnusable] : []), ...(twin ? [say.validTo(dayText(validTo, language))] : []), token].join(' · ')
  }
  return (
    <div class="certificate-choice">
      <label for={id} class="soft">
        {say.signWith}
      </label>
      <select id={id} class="field" value={chosen.sha256} onChange={(event) => onChoose(event.currentTarget.value)}>
        {certificates.map((certificate) => (
          <option key={certificate.sha256} value={certificate.sha256}>
            {words(certificate)}
          </option>
        ))}
      </select>
    </div>
  )
}

/** One word where the role is known, none where it is not. */
function roleWords(role: Certificate['role'], say: ReturnType<typeof useSay>): string[] {
  return { person: [say.rolePerson], agency: [say.roleAgency], unknown: [] }[role]
}

/** The certificate in words, where there is nothing to choose. */
export function CertificateWords({ certificate }: { certificate: Certificate }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <div class="certificate-words">
      <strong>{certificate.holder}</strong>
      <span class="soft small">
        {[...roleWords(certificate.role, say), certificate.organisation, certificate.token, say.validTo(dayText(certificate.validTo, language))].filter(Boolean).join(' · ')}
      </span>
    </div>
  )
}
