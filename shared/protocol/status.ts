import * as v from 'valibot'
import { label, origin, pageOrigin, sequence, uuid } from './fields.ts'
import { batchStates } from './sign.ts'

export const StatusToAgent = v.strictObject({ kind: v.literal('status'), sequence })
export type StatusToAgent = v.InferOutput<typeof StatusToAgent>

export const StatusToExtension = v.strictObject({
  kind: v.literal('status'),
  sequence,
  agentVersion: label,
  /** Batches of this pairing that are not finished, or hold signed files that were not delivered. */
  batches: v.array(
    v.strictObject({
      batchId: uuid,
      pageOrigin,
      state: v.picklist(batchStates),
      documents: v.number(),
      undelivered: v.number(),
    }),
  ),
  /** Sites that the office fixed by policy; empty where the clerk may choose. */
  listedSites: v.array(origin),
})
export type StatusToExtension = v.InferOutput<typeof StatusToExtension>
