import type { CertificateView } from '../../shared/protocol/list-certificates.ts'
import type { Profile } from '../../shared/protocol/sign.ts'
import { appearanceLines } from '../../shared/text/appearance.ts'
import type { Settings } from '../settings/settings.ts'
import type { Appearance } from '../signing/sign-document.ts'

/** The visible signature of a profile: the leader's hand when a document is approved, the agency's seal when it is issued. */
export function appearanceFor(profile: Profile, signer: CertificateView, settings: Settings['appearance'], signedAt: Date): Appearance | undefined {
  if (!settings.visible) return undefined
  const image = profile === 'approve' ? settings.signatureImage : settings.sealImage
  return { ...(image === undefined ? {} : { image }), lines: appearanceLines(signer, signedAt) }
}
