import type { CertificateView } from '../../shared/protocol/list-certificates.ts'
import type { Profile } from '../../shared/protocol/sign.ts'
import { appearanceLines } from '../../shared/text/appearance.ts'
import type { Settings } from '../settings/settings.ts'
import type { ActRequest } from '../signing/acts/act.ts'

/**
 * The act of a profile: the leader's hand where a document is approved, the agency's seal where it is issued. A block
 * that is not found leaves the place that is proposed; the sign window has said so before the clerk agreed.
 */
export function actFor(profile: Profile, signer: CertificateView, { appearance, anyKey }: Pick<Settings, 'appearance' | 'anyKey'>, signedAt: Date): ActRequest {
  const lines = appearanceLines(signer, signedAt)
  const common = { whenUnsure: 'propose', keyRole: signer.role, anyKey, invisible: !appearance.visible, lines } as const
  const { signatureImage, sealImage, sealMm } = appearance
  switch (profile) {
    case 'approve':
      return { act: 'approve', ...common, ...(signatureImage === undefined ? {} : { image: signatureImage }) }
    case 'issue':
      return { act: 'issue', ...common, sealMm, ...(sealImage === undefined ? {} : { image: sealImage }) }
  }
}
