import * as v from 'valibot'
import { label, sequence, uuid } from './fields.ts'

/** The browsers that this agent knows. Each may be taken off the list by any of them: they all belong to the same user. */
export const PairingsToAgent = v.variant('step', [
  v.strictObject({ kind: v.literal('pairings'), step: v.literal('list'), sequence }),
  v.strictObject({ kind: v.literal('pairings'), step: v.literal('revoke'), sequence, pairingId: uuid }),
])
export type PairingsToAgent = v.InferOutput<typeof PairingsToAgent>

/** Times are ISO 8601 in UTC. */
export const PairedBrowserView = v.strictObject({
  pairingId: uuid,
  /** What the browser calls itself. */
  name: label,
  origin: label,
  createdAt: label,
  lastSeenAt: v.optional(label),
  /** The one that asks. */
  isOwn: v.boolean(),
})
export type PairedBrowserView = v.InferOutput<typeof PairedBrowserView>

export const PairingsToExtension = v.strictObject({ kind: v.literal('pairings'), sequence, pairings: v.array(PairedBrowserView) })
export type PairingsToExtension = v.InferOutput<typeof PairingsToExtension>
