import * as v from 'valibot'
import { label, pageOrigin, sha256, uuid } from './fields.ts'

/**
 * What the clerk may keep of a batch: the journal's entries and the head of its hash chain at that moment. A journal
 * that was rewritten later no longer fits (`antin journal verify --receipt FILE`). Times are ISO 8601 in UTC.
 */
export const ReceiptView = v.strictObject({
  version: v.literal(1),
  agentVersion: label,
  osUser: label,
  batchId: uuid,
  site: pageOrigin,
  profile: label,
  certificateSerial: label,
  holder: label,
  documents: v.array(
    v.strictObject({
      name: label,
      /** SHA-256 of the document as it came, and as it was signed. */
      before: v.optional(sha256),
      after: v.optional(sha256),
      signedAt: v.optional(label),
      /** What its time stamp states. */
      stampedAt: v.optional(label),
      deliveredAt: v.optional(label),
      result: v.picklist(['sent', 'delivered', 'signed', 'refused', 'open']),
      /** Why it was refused or not delivered: a code of shared/errors.ts. */
      code: v.optional(label),
    }),
  ),
  anchor: v.strictObject({
    at: label,
    eventId: v.number(),
    hash: sha256,
    batchId: v.optional(uuid),
    /** The time that `timeStamp` states, for whoever only reads: what proves it is the token. */
    stampedAt: v.optional(label),
    /** RFC 3161 token over `hash`, where an authority has stamped it by then; DER in base64. */
    timeStamp: v.optional(v.pipe(v.string(), v.base64(), v.maxLength(400_000))),
  }),
})
export type ReceiptView = v.InferOutput<typeof ReceiptView>
