import * as v from 'valibot'
import { label, refusal, sequence, sha256 } from './fields.ts'

export const ListCertificatesToAgent = v.strictObject({ kind: v.literal('list-certificates'), sequence })
export type ListCertificatesToAgent = v.InferOutput<typeof ListCertificatesToAgent>

/** A certificate that has its key on a token or in a key file of this PC. Times are ISO 8601 in UTC. */
export const CertificateView = v.strictObject({
  sha256,
  holder: label,
  organisation: label,
  issuer: label,
  serialNumber: label,
  validFrom: label,
  validTo: label,
  /** Label of the token, or the file name of a PKCS#12 key file. */
  token: label,
  kind: v.picklist(['token', 'file']),
  /** Whose act a signature with it is: by the office's list, else by the certificate's subject; unknown where neither tells. */
  role: v.picklist(['person', 'agency', 'unknown']),
  /** Why it cannot sign today, where it cannot. */
  refusal: v.optional(refusal),
})
export type CertificateView = v.InferOutput<typeof CertificateView>

export const ListCertificatesToExtension = v.strictObject({
  kind: v.literal('list-certificates'),
  sequence,
  certificates: v.array(CertificateView),
  problems: v.array(refusal),
})
export type ListCertificatesToExtension = v.InferOutput<typeof ListCertificatesToExtension>

/** A token came or went and is being read, which takes a smart card some seconds; `list-certificates` follows. */
export const ReadingTokensToExtension = v.strictObject({ kind: v.literal('reading-tokens'), sequence })
